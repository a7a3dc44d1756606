import { expect } from 'chai';

import { image } from '../../lib/image/image.js';
import { loadClassifier, type LoadClassifierOptions } from '../../lib/networks/classifier/load.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { DType } from '../../lib/tensor/dtype.js';
import { rejection } from '../models/rejection.js';

const placement = { isolation: 'none' } as const;
const picture = image(
  { width: 4, height: 4 },
  Float32Array.from({ length: 48 }, (_, i) => [0.2, 0.4, 0.8][Math.floor(i / 16)]!),
);

/** A graph whose scores are the means of its channels, as float32. */
function means(
  dtype: DType,
  shape: readonly (number | string)[],
  channelsFirst: (b: Builder, x: Value) => Value = (_, x) => x,
): Uint8Array {
  const b = new Builder();
  const pixels = channelsFirst(b, b.input('pixels', dtype, shape));
  const pooled = b.op('GlobalAveragePool', [b.cast(pixels, 'float32')]);
  b.output(b.op('Flatten', [pooled], { axis: 1 }), 'scores');
  return encodeModel(b.model());
}

/** The scores, recovered from their sigmoids. */
async function scoresOf(model: Uint8Array, options: LoadClassifierOptions = {}): Promise<readonly number[]> {
  await using network = await loadClassifier(model, { placement, activation: 'sigmoid', ...options });
  const [row] = await network.probabilities([picture]);
  return Array.from(row!, (p) => Math.log(p / (1 - p)));
}

function expectClose(found: readonly number[], wanted: readonly number[], tolerance = 1e-5): void {
  expect(found).to.have.length(wanted.length);
  found.forEach((value, i) => expect(value).to.be.closeTo(wanted[i]!, tolerance));
}

const last = (b: Builder, x: Value) => b.transpose(x, [0, 3, 1, 2]);

describe('a picture is converted to the form that a graph takes', () => {
  it('with channels first or last', async () => {
    expectClose(await scoresOf(means('float32', ['n', 3, 4, 4])), [0.2, 0.4, 0.8]);
    expectClose(await scoresOf(means('float32', ['n', 4, 4, 3], last)), [0.2, 0.4, 0.8]);
  });
  it('which the layers determine if the shape is ambiguous', async () => {
    const three = image(
      { width: 3, height: 3 },
      Float32Array.from({ length: 27 }, (_, i) => [0.2, 0.4, 0.8][Math.floor(i / 9)]!),
    );
    for (const model of [means('float32', [1, 3, 3, 3]), means('float32', [1, 3, 3, 3], last)]) {
      await using network = await loadClassifier(model, { placement, activation: 'sigmoid' });
      const [row] = await network.probabilities([three]);
      expectClose(
        Array.from(row!, (p) => Math.log(p / (1 - p))),
        [0.2, 0.4, 0.8],
      );
    }
    const b = new Builder();
    b.output(b.reshape(b.input('pixels', 'float32', [1, 3, 3, 3]), [1, 27]), 'scores');
    expect(await rejection(loadClassifier(encodeModel(b.model())))).to.contain('may come first or last');
  });
  it('in half and double precision', async () => {
    expectClose(await scoresOf(means('float16', [1, 3, 4, 4])), [0.2, 0.4, 0.8], 1e-3);
    expectClose(await scoresOf(means('float64', [1, 3, 4, 4])), [0.2, 0.4, 0.8]);
  });
  it('as luminance if there is one channel', async () => {
    expectClose(await scoresOf(means('float32', [1, 1, 4, 4])), [0.299 * 0.2 + 0.587 * 0.4 + 0.114 * 0.8]);
    expectClose(
      await scoresOf(means('float32', [1, 4, 4, 1], last), { preprocessing: 'imagenet' }),
      [0.3858],
    );
  });
  it('for graphs that take several pictures at once', async () => {
    expectClose(await scoresOf(means('float32', [4, 3, 4, 4])), [0.2, 0.4, 0.8]);
    // A Reshape with a fixed number of pictures prevents the change to one picture.
    expectClose(
      await scoresOf(means('float32', [4, 3, 4, 4], (b, x) => b.reshape(x, [4, 3, 4, 4]))),
      [0.2, 0.4, 0.8],
    );
  });
  it('as its file states, unless an option states otherwise', async () => {
    const b = new Builder();
    const x = b.input('pixels', 'float32', [1, 3, 4, 4]);
    b.output(b.op('Flatten', [b.op('GlobalAveragePool', [x])], { axis: 1 }), 'scores');
    const model = encodeModel(b.model({ input: 'BGR, 0..1, minus (0.1,0.1,0.1)' }));
    expectClose(await scoresOf(model), [0.7, 0.3, 0.1]);
    expectClose(await scoresOf(model, { preprocessing: 'none' }), [0.2, 0.4, 0.8]);
  });
});
