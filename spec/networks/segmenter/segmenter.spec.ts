import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { crop, type Rectangle } from '../../../lib/image/geometry/crop.js';
import { type Image, image, planes } from '../../../lib/image/image.js';
import { knownSegmenterFor } from '../../../lib/networks/segmenter/known-segmenters.js';
import { loadSegmenter } from '../../../lib/networks/segmenter/load.js';
import type { PictureSource } from '../../../lib/networks/segmenter/picture-source.js';
import { tiled } from '../../../lib/networks/segmenter/run-tiles.js';
import { spansOf } from '../../../lib/networks/segmenter/tiling.js';
import { UNet } from '../../../lib/networks/segmenter/unet.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { random } from '../../../lib/tensor/random.js';
import { float32 } from '../../../lib/tensor/tensor.js';

const placement = { isolation: 'none' } as const;
const weights = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../models/golden', `unet-${name}.pt`));

/** Blobs of all sizes, so that there is something to segment everywhere. */
function texture(width: number, height: number, seed = 1): Image {
  const stream = random(seed);
  const waves = Array.from(
    { length: 12 },
    () => [stream.normal(), stream.normal(), stream.normal()] as const,
  );
  const data = new Float32Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    data[i] =
      0.5 + 0.1 * waves.reduce((sum, [a, b, c]) => sum + Math.sin(a * x * 0.3 + b * y * 0.3 + c + i), 0);
  }
  return image({ width, height }, data);
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).to.equal(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('tiles', () => {
  it('have weights that add up to 1 everywhere, and begin on the grid', () => {
    for (const [length, tile, grid, context] of [
      [1000, 256, 16, 100],
      [257, 256, 16, 16],
      [999, 128, 4, 24],
      [5000, 64, 32, 200],
      [100, 256, 16, 16],
    ] as const) {
      const sums = new Float64Array(length);
      const spans = spansOf(length, { tile, grid, context });
      for (const { start, end, from, to, weights: each } of spans) {
        expect(start % grid).to.equal(0);
        expect(start <= from && to <= end && end <= length).to.be.true;
        expect(each).to.have.length(to - from);
        each.forEach((weight, i) => (sums[from + i]! += weight));
      }
      expect(worst(sums, new Float64Array(length).fill(1)), `${length} in ${tile}`).to.be.below(1e-6);
    }
  });

  it('give the whole picture in bands from the top', async () => {
    const picture = texture(150, 170);
    const whole = planes(3, picture);
    let next = 0;
    for await (const { y, planes: band, done, total } of tiled(
      picture,
      { tile: 64, grid: 4, context: 8 },
      (part) => Promise.resolve(crop(picture, part)),
    )) {
      expect(y).to.equal(next);
      next += band.height;
      for (let c = 0; c < 3; c++)
        whole.data.set(
          band.data.subarray(c * 150 * band.height, (c + 1) * 150 * band.height),
          (c * 170 + y) * 150,
        );
      expect(done === total).to.equal(next === 170);
    }
    expect(worst(whole.data, picture.data)).to.be.below(1e-6);
  });
});

describe('UNet', () => {
  it('gives the same result in tiles up to rounding with transposed convolutions', async () => {
    await using unet = await UNet.load(weights('mateuszbuda'), { placement });
    const picture = texture(401, 419);
    const whole = await unet.segment(picture);
    const calls: number[] = [];
    const parts = await unet.segment(picture, {
      tile: 320,
      onProgress: (done, total) => calls.push(done / total),
    });
    expect(calls.at(-1)).to.equal(1);
    expect(worst(parts.probabilities!.data, whole.probabilities!.data)).to.be.below(1e-5);
    expect(parts.classes.map(({ name }) => name)).to.deep.equal(['background', 'tumour']);
  });

  it('gives seams no steeper than the result itself where tiles cannot be exact', async () => {
    // With aligned corners, the distance of pixels depends on the size of the tile.
    await using unet = await UNet.load(weights('milesial-bilinear'), { placement });
    const picture = texture(400, 200);
    const whole = (await unet.segment(picture)).probabilities!.data.subarray(400 * 200);
    const parts = (await unet.segment(picture, { tile: 192 })).probabilities!.data.subarray(400 * 200);
    const spans = spansOf(400, { tile: 192, grid: 16, context: 140 });
    expect(spans.length).to.be.greaterThan(2);
    const difference = parts.map((value, i) => value - whole[i]!);
    const step = (x: number) => {
      let sum = 0;
      for (let y = 0; y < 200; y++) sum += Math.abs(difference[y * 400 + x]! - difference[y * 400 + x - 1]!);
      return sum / 200;
    };
    const all = Array.from({ length: 399 }, (_, i) => step(i + 1));
    const average = all.reduce((sum, value) => sum + value, 0) / all.length;
    for (const { from } of spans.slice(1)) expect(step(from)).to.be.below(3 * average + 1e-4);
    expect(worst(parts, whole)).to.be.below(0.1);
  });

  it('reads at most one tile at once from a picture that is not in memory', async () => {
    await using unet = await UNet.load(weights('milesial-transposed'), { placement });
    const picture = texture(300, 310);
    const reads: Rectangle[] = [];
    const source: PictureSource = {
      width: 300,
      height: 310,
      read: (rectangle) => {
        reads.push(rectangle);
        return Promise.resolve(crop(picture, rectangle));
      },
    };
    const result = await unet.segment(source, { tile: 256, probabilities: false });
    expect(result.probabilities).to.equal(null);
    expect(result.labels).to.have.length(300 * 310);
    for (const { width, height } of reads) expect(Math.max(width, height)).to.be.at.most(256);
  });

  it('stops when aborted', async () => {
    await using unet = await UNet.load(weights('milesial-transposed'), { placement });
    const reason = new Error('enough');
    const result: unknown = await unet
      .segment(texture(20, 20), { signal: AbortSignal.abort(reason) })
      .catch((error: unknown) => error);
    expect(result).to.equal(reason);
  });

  it('has layers', async () => {
    await using unet = await UNet.load(weights('milesial-bilinear'), { placement });
    expect(unet.layer('encoder1/relu2')).to.equal('encoder1/relu2');
    const features = await unet.features(texture(32, 16), ['pool4', 'concat1', 'decoder4/relu2']);
    expect(Object.values(features).map(({ dims }) => dims)).to.deep.equal([
      [1, 16, 1, 2],
      [1, 32, 2, 4],
      [1, 2, 16, 32],
    ]);
  });
});

describe('a segmenter from an ONNX file', () => {
  /** Two planes of half the size, with scores for dark and bright, without softmax. */
  function model(size: number | null): Uint8Array {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 3, size ?? 'height', size ?? 'width']);
    const weight = b.constant(float32([-9, 0, 0, 9, 0, 0], [2, 3, 1, 1]));
    const bias = b.constant(float32([4.5, -4.5]));
    const scores = b.op('Conv', [x, weight, bias], { kernel_shape: [1, 1] });
    b.output(b.op('AveragePool', [scores], { kernel_shape: [2, 2], strides: [2, 2] }), 'y');
    return encodeModel(b.model({ classes: 'dark,bright' }));
  }
  const half = image(
    { width: 8, height: 4 },
    Float32Array.from({ length: 96 }, (_, i) => (i % 8 < 4 ? 0 : 1)),
  );

  for (const size of [null, 8])
    it(`converts scores to probabilities of the picture's size; input size: ${size ?? 'any'}`, async () => {
      await using network = await loadSegmenter(model(size), { placement });
      const { labels, classes, probabilities } = await network.segment(half);
      expect([...labels]).to.deep.equal(Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 0 : 1)));
      expect(classes).to.deep.equal([
        { name: 'dark', value: 0, pixels: 16, fraction: 0.5 },
        { name: 'bright', value: 255, pixels: 16, fraction: 0.5 },
      ]);
      // softmax(4.5, −4.5)
      expect(probabilities!.data[0]).to.be.closeTo(0.999877, 1e-6);
    });

  it('gives the same results as the exported U-Net, also in tiles', async () => {
    await using unet = await UNet.load(weights('milesial-transposed'), { placement });
    await using same = await loadSegmenter(encodeModel(unet.model), { placement });
    const picture = texture(481, 130);
    const { probabilities } = await unet.segment(picture);
    const parts = await same.segment(picture, { tile: 400 });
    expect(worst(parts.probabilities!.data, probabilities!.data)).to.be.below(1e-5);
  });

  it('needs as many names as there are classes', async () => {
    const error: unknown = await loadSegmenter(model(null), { classes: ['one'] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('message').that.includes('2 classes');
  });

  it('is recognized as a portrait network by its input and output', () => {
    expect(knownSegmenterFor('data', [1, 3, 320, 320], 'classifier/1')?.name).to.equal('SINet');
    expect(knownSegmenterFor('input_3', ['None', 3, 256, 256], 'permute_1')?.name).to.equal(
      'Prisma portrait',
    );
    expect(knownSegmenterFor('data', [1, 3, 224, 224], 'classifier/1')).to.equal(undefined);
  });
});
