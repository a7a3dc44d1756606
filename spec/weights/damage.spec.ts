import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { bytesSource } from '../../lib/files/source.js';
import { random } from '../../lib/tensor/random.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { goldenBytes, goldenNames } from './harness.js';

/** The maximum bytes of one tensor of these files after any damage: the limit for expanded tensors is 64 MiB. */
const limit = 64 * 2 ** 20;

/** Opens a file and loads all its tensors. */
async function loadAll(bytes: Uint8Array): Promise<void> {
  const { weights } = await loadWeights(bytesSource(bytes));
  for (const stored of weights.values()) {
    const { data } = await stored.load();
    expect(data.byteLength).to.be.at.most(limit);
  }
}

/** Expects any failure to be a OneirosError of one line. */
async function expectSound(bytes: Uint8Array, what: string): Promise<void> {
  try {
    await loadAll(bytes);
  } catch (error) {
    if (!(error instanceof OneirosError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    expect(error.message).not.to.include('\n');
  }
}

describe('damaged checkpoints', () => {
  for (const name of goldenNames) {
    it(`${name}, truncated, never counts as complete`, async () => {
      const bytes = goldenBytes(name);
      const lengths = random(1);
      for (let i = 0; i < 150; i++) {
        const length = lengths.integer(0, bytes.length - 1);
        const error = await loadAll(bytes.subarray(0, length)).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error, `${length} of ${bytes.length} bytes`).to.be.instanceOf(OneirosError);
      }
    });

    it(`${name}, with flipped, overwritten, removed or repeated bytes, gives tensors or a clear error`, async () => {
      const whole = goldenBytes(name);
      for (let seed = 0; seed < 400; seed++) await expectSound(damage(whole, seed), `seed ${seed}`);
    });
  }
});

/** A few random changes; half of them affect the first bytes or the description of the tensors, not their elements. */
function damage(whole: Uint8Array, seed: number): Uint8Array {
  const draw = random(seed);
  let bytes = whole.slice();
  for (let hits = draw.integer(1, 4); hits > 0; hits--) {
    const at = draw.integer(0, draw.integer(8, bytes.length) - 1);
    switch (draw.integer(0, 4)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << draw.integer(0, 7));
        break;
      case 1:
        bytes[at] = draw.integer(0, 255);
        break;
      case 2:
        bytes.fill(draw.uniform() < 0.5 ? 0 : 255, at, at + draw.integer(1, 8));
        break;
      case 3:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + draw.integer(1, 16)));
        break;
      default:
        bytes = joined(bytes.subarray(0, at + draw.integer(1, 16)), bytes.subarray(at));
    }
  }
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
