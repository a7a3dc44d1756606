import { expect } from 'chai';

import { scaledSide } from '../../lib/models/faster-rcnn/scaled-side.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { openSession } from '../../lib/runtime/session.js';
import type { Session } from '../../lib/runtime/types.js';
import { random } from '../../lib/tensor/random.js';
import { int64 } from '../../lib/tensor/tensor.js';

/** side · above / below */
type Case = readonly [side: number, above: number, below: number];

const largest = 4096;

/** All cases in which the rounding of the quotient can matter: those with an integer product. */
function* wholeProducts(above: number): Generator<Case> {
  for (let below = 1; below <= largest; below++) {
    const step = below / greatestCommonDivisor(above, below);
    for (let side = step; side <= largest; side += step) yield [side, above, below];
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

describe('a scaled side', () => {
  let session: Session;
  before(async () => {
    const b = new Builder();
    const [side, above, below] = ['side', 'above', 'below'].map((name) => b.input(name, 'int64', ['n', 1]));
    b.output(scaledSide(b, side!, { above: above!, below: below! }), 'scaled');
    session = await openSession(encodeModel(b.model()), { provider: 'cpu', threads: 1 });
  });
  after(() => session.dispose());

  async function expectAsFloat64(cases: readonly Case[]): Promise<void> {
    const column = (at: number) =>
      int64(
        cases.map((numbers) => numbers[at]!),
        [cases.length, 1],
      );
    const { scaled } = await session.run({ side: column(0), above: column(1), below: column(2) });
    const found = Array.from<unknown, number>(scaled?.data ?? [], Number);
    const wrong = cases.filter(([side, above, below], i) => found[i] !== Math.floor(side * (above / below)));
    expect(wrong).to.deep.equal([]);
    expect(found).to.have.length(cases.length);
  }

  it('is one pixel less if the float64 product is just below an integer', async () => {
    expect(Math.floor(97 * (800 / 97))).to.equal(799);
    await expectAsFloat64([
      [97, 800, 97],
      [480, 800, 480],
    ]);
  });

  for (const above of [800, 1333, 320, 640])
    it(`of ${above} equals float64's for all sides up to ${largest} with an integer product`, async () => {
      const cases = [...wholeProducts(above)];
      const short = cases.filter(
        ([side, , below]) => Math.floor(side * (above / below)) < (side * above) / below,
      );
      expect(short, 'some of them fall short').to.not.be.empty;
      await expectAsFloat64(cases);
    });

  it('equals float64’s for random sides', async () => {
    const source = random(5);
    const side = () => source.integer(1, largest);
    await expectAsFloat64(
      Array.from({ length: 20_000 }, (): Case => [side(), source.integer(1, 2048), side()]),
    );
  });
});
