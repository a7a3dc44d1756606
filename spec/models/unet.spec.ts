import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { bytesSource } from '../../lib/files/source.js';
import { buildUNet, type BuildUNetOptions } from '../../lib/models/unet/build.js';
import { initialUNet, type UNetShape } from '../../lib/models/unet/initial-weights.js';
import { loadUNet } from '../../lib/models/unet/parameters.js';
import { traitsByScheme } from '../../lib/models/unet/settings.js';
import { inputLength, marginOf, mirror } from '../../lib/models/unet/sizes.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, type Float32Tensor } from '../../lib/tensor/tensor.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { translate } from '../../lib/weights/tensor-names/translate.js';
import { unetNames } from '../../lib/weights/tensor-names/unet.js';
import cases from './golden/unet.json' with { type: 'json' };

const golden = (name: string) => join(import.meta.dirname, 'golden', name);

/** The input of the reference script. */
function ramp(channels: number, height: number, width: number): Float32Tensor {
  const data = Float32Array.from(
    { length: channels * height * width },
    (_, i) => Math.sin(i * 0.37) / 2 + 0.5,
  );
  return float32(data, [1, channels, height, width]);
}

async function run(model: Model, image: Float32Tensor): Promise<Float32Tensor> {
  await using session = await openSession(encodeModel(model), { isolation: 'none' });
  const [result] = Object.values(await session.run({ image }));
  if (result?.dtype !== 'float32') return expect.fail('no float32 result');
  return result;
}

async function checkpoint(name: string) {
  const { weights } = await loadWeights(bytesSource(readFileSync(golden(`unet-${name}.pt`))));
  return translate(weights, unetNames);
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).to.equal(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describe('U-Net gives PyTorch’s results with the same checkpoint', () => {
  for (const { model: name, channels, height, width, classes, data } of cases)
    for (const batchNorm of ['fold', 'keep'] as const)
      for (const sizes of ['known', 'symbolic'] as const)
        it(`${name}, ${height}×${width}, batch norm: ${batchNorm}, sizes ${sizes}`, async () => {
          const { weights, scheme, unknown } = await checkpoint(name);
          expect(name.startsWith(scheme)).to.be.true;
          expect(unknown).to.deep.equal([]);
          const options: BuildUNetOptions = {
            ...traitsByScheme[scheme],
            batchNorm,
            ...(sizes === 'known' && { shape: [1, channels, height, width] }),
          };
          const { model } = buildUNet(await loadUNet(weights), options);
          const result = await run(model, ramp(channels, height, width));
          expect(result.dims).to.deep.equal([1, classes, height, width]);
          expect(worst(result.data, data)).to.be.below(1e-4);
        });
});

describe('U-Net variants', () => {
  const build = (shape: Partial<UNetShape>, options: BuildUNetOptions = {}) =>
    buildUNet(initialUNet({ channels: 1, widths: [2, 3, 4], ...shape }), options).model;

  for (const padding of ['same', 'valid'] as const)
    for (const climb of ['transposed', 'bilinear', 'nearest'] as const)
      for (const oddSizes of ['pad-image', 'pad-features'] as const)
        for (const [height, width] of [
          [1, 1],
          [4, 4],
          [13, 30],
        ] as const)
          it(`give a result of the picture's size: ${padding}, ${climb}, ${oddSizes}, ${height}×${width}`, async () => {
            const resize = climb === 'transposed' ? 'nearest' : climb;
            const model = build({ climb }, { padding, resize, oddSizes });
            const result = await run(model, ramp(1, height, width));
            expect(result.dims).to.deep.equal([1, 2, height, width]);
            expect(result.data.every(Number.isFinite)).to.be.true;
          });

  it('give the same results for a batch as for single pictures', async () => {
    const model = build({});
    const both = ramp(2, 9, 11);
    const { data, dims } = await run(model, float32(both.data, [2, 1, 9, 11]));
    expect(dims).to.deep.equal([2, 2, 9, 11]);
    const second = await run(model, float32(both.data.slice(99), [1, 1, 9, 11]));
    expect(worst(data.slice(2 * 99), second.data)).to.be.below(1e-6);
  });

  it('have the paper’s sizes: 572 pixels for 388, 92 on each side', () => {
    const b = new Builder();
    const paper = { grid: 16, loss: 4 };
    expect(inputLength(b, b.sizes([388]), paper).content).to.deep.equal([572]);
    expect(inputLength(b, b.sizes([373]), paper).content).to.deep.equal([572]);
    expect(inputLength(b, b.sizes([389]), paper).content).to.deep.equal([588]);
    expect(marginOf(paper)).to.equal(92);
    expect(inputLength(b, b.sizes([564]), { grid: 4, loss: 0 }).content).to.deep.equal([564]);
    expect(inputLength(b, b.sizes([565]), { grid: 4, loss: 0 }).content).to.deep.equal([568]);
  });

  for (const [row, before, length, expected] of [
    [[1, 2, 3, 4], 2, 9, [3, 2, 1, 2, 3, 4, 3, 2, 1]],
    [[1, 2], 3, 7, [2, 1, 2, 1, 2, 1, 2]],
    [[5], 1, 4, [5, 5, 5, 5]],
  ] as const)
    it(`mirror ${row.join(' ')} beyond its edges`, async () => {
      const b = new Builder();
      const image = b.input('image', 'float32', [1, 1, 1, 'width']);
      b.output(mirror(b, image, 3, before, b.sizes([length])));
      const result = await run(b.model(), float32(row, [1, 1, 1, row.length]));
      expect([...result.data]).to.deep.equal([...expected]);
    });
});

describe('U-Net with wrong weights', () => {
  it('reports what is missing', async () => {
    const { weights } = await checkpoint('mateuszbuda');
    const without = new Map(weights);
    without.delete('decoder2/conv1.weight');
    const error: unknown = await loadUNet(without).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OneirosError).with.property('code', 'not-found');
    expect(error).to.have.property('message').that.includes('"decoder2/conv1.weight"');
  });
});
