import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { bytesSource } from '../../lib/files/source.js';
import { toTensor } from '../../lib/image/image.js';
import { buildFirstStage } from '../../lib/models/faster-rcnn/build.js';
import { loadAll } from '../../lib/models/faster-rcnn/net.js';
import { slimFasterRcnn, slimTraits } from '../../lib/models/faster-rcnn/slim.js';
import {
  type ExplainedDetection,
  FasterRCNN,
  type FasterRcnnOptions,
} from '../../lib/networks/detector/faster-rcnn.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32, sizeOf } from '../../lib/tensor/tensor.js';
import { measureNorms } from '../../lib/train/detection/measure-norms.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { pattern } from './faster-rcnn-pattern.js';

/** The results that scripts/reference/faster_rcnn.py writes for a picture. */
interface GoldenPicture {
  readonly size: readonly [height: number, width: number];
  readonly boxes: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly proposals: readonly (readonly number[])[];
  readonly objectness: readonly number[];
}

interface GoldenResults {
  readonly pictures: readonly GoldenPicture[];
}

const small: FasterRcnnOptions = {
  minSize: 128,
  maxSize: 213,
  anchorSizes: [[8], [16], [32], [64], [128]],
  preNmsTopN: 300,
  postNmsTopN: 100,
  score: 0.3,
  epsilon: 1e-5,
  placement: { isolation: 'none' },
};
const placement = { isolation: 'none' } as const;
const slim: FasterRcnnOptions = { ...slimTraits, minSize: 96, maxSize: 128, score: 0.05, placement };
const networks: Readonly<Record<string, FasterRcnnOptions>> = {
  v1: small,
  v2: small,
  mobilenet: { ...small, anchorSizes: [[16, 32, 64]], rpnScore: 0.05 },
};
const golden = (file: string) => readFileSync(join(import.meta.dirname, 'golden', `faster-rcnn-${file}`));

function goldenResults(file: string): GoldenResults {
  const results: unknown = JSON.parse(golden(file).toString());
  if (!isGolden(results)) throw new Error(`${file} holds no results`);
  return results;
}

function isGolden(value: unknown): value is GoldenResults {
  return typeof value === 'object' && value !== null && 'pictures' in value;
}

function expectClose(
  found: readonly number[],
  wanted: readonly number[],
  tolerance: number,
  what: string,
): void {
  expect(found, what).to.have.length(wanted.length);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  expect(worst, what).to.be.at.most(tolerance);
}

describe('Faster R-CNN', () => {
  for (const [name, options] of Object.entries(networks)) {
    it(`${name}: detections and proposals are torchvision's at three sizes`, async () => {
      const { pictures } = goldenResults(`${name}.json`);
      await using network = await FasterRCNN.load(golden(`${name}.pth`), options);
      const explained: (readonly ExplainedDetection[])[] = [];
      for (const wanted of pictures) {
        const what = `${name} ${wanted.size.join('×')}`;
        const found = await network.detectFromProposals(pattern(wanted.size), { score: 0.3 });
        expect(
          found.map(({ labelId }) => labelId),
          what,
        ).to.deep.equal(wanted.labels);
        const scores = found.map(({ score }) => score);
        expectClose(scores, wanted.scores, 1e-4, `${what} scores`);
        const boxes = found.flatMap(({ box }) => box);
        expectClose(boxes, wanted.boxes.flat(), 0.1, `${what} boxes`);
        explained.push(found);
      }
      for (const [i, wanted] of pictures.entries()) {
        const what = `${name} ${wanted.size.join('×')}`;
        const proposals = await network.proposals(pattern(wanted.size));
        const objectness = proposals.map((proposal) => proposal.objectness);
        expectClose(objectness, wanted.objectness, 1e-4, `${what} objectness`);
        const boxes = proposals.flatMap(({ box }) => box);
        expectClose(boxes, wanted.proposals.flat(), 0.1, `${what} proposals`);
        for (const { proposal, proposalIndex, level } of explained[i]!) {
          expect(proposal).to.deep.equal(proposals[proposalIndex]);
          expect(network.layers).to.include(level);
        }
      }
    });
  }

  it('mobilenet: means over a large picture are exact to float32', async () => {
    // The error of GlobalAveragePool is 2.6·10⁻⁷ here, that of ReduceMean 1.0·10⁻⁷. Full-size weights amplify the
    // former: it changed scores by up to 4·10⁻⁴.
    const network = await FasterRCNN.load(golden('mobilenet.pth'), {
      ...small,
      ...{ anchorSizes: [[16, 32, 64]], minSize: 800, maxSize: 1333 },
    });
    const { nodes } = network.model.graph;
    const madeBy = (value: string) => nodes.find((node) => node.outputs.includes(value))!;
    const [squeezed, ...others] = nodes.filter(({ inputs }) =>
      /^backbone\.body\.4\.block\.\d\.fc1\.weight$/.test(inputs[1] ?? ''),
    );
    expect(others).to.be.empty;
    const mean = squeezed!.inputs[0]!;
    const pixels = madeBy(mean).inputs[0]!;
    const results = [pixels, mean].map((name) => ({ name, type: null }));
    const model = { ...network.model, graph: { ...network.model.graph, outputs: results } };
    await using session = await openSession(encodeModel(model), placement);
    const found = await session.run({ image: toTensor(pattern([480, 640])) });
    const size = found[pixels]!.dims.slice(2).reduce((a, b) => a * b, 1);
    expect(size).to.be.above(10_000);
    const [values, means] = [pixels, mean].map((name) => Array.from(found[name]!.data, Number));
    const errors = means!.map((value, c) => {
      const exact = values!.slice(c * size, (c + 1) * size).reduce((sum, x) => sum + x, 0) / size;
      return (value - exact) / exact;
    });
    const off = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(off).to.be.at.most(1.6e-7);
  });
  it('gives feature maps by name', async () => {
    await using network = await FasterRCNN.load(golden('v1.pth'), small);
    const { 'fpn/0': fine, 'fpn/pool': coarse } = await network.features(pattern([96, 128]), [
      'fpn/0',
      'fpn/pool',
    ]);
    expect(fine?.dims).to.deep.equal([1, 16, 32, 48]);
    expect(coarse?.dims).to.deep.equal([1, 16, 2, 3]);
  });
  it('has a slim network of less than three million parameters', async () => {
    const weights = slimFasterRcnn({ classes: 4, seed: 1 });
    const parameters = [...weights.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0);
    expect(parameters).to.be.within(1e6, 3e6);
    await using network = await FasterRCNN.load({ weights, metadata: { classes: 'none,a,b,c' } }, slim);
    const found = await network.detect(pattern([60, 80]), { score: 0.05, limit: 3 });
    expect(found).to.have.length(3);
    expect(['a', 'b', 'c']).to.include(found[0]?.label);
    const { 'fpn/0': finest } = await network.features(pattern([60, 80]), ['fpn/0']);
    expect(finest?.dims).to.deep.equal([1, 64, 96 / 8, 128 / 8]);
  });
  it('can use a VGG network as its backbone, with one more block', async () => {
    const convolution = (outputs: number, inputs: number) =>
      float32(
        new Float32Array(outputs * inputs * 9).map((_, i) => ((i * 7) % 11) / 60 - 0.08),
        [outputs, inputs, 3, 3],
      );
    const vgg = new Map(
      [4, 6, 8, 10, 12].flatMap((width, i, widths) => [
        [`conv${i + 1}_1.weight`, convolution(width, widths[i - 1] ?? 3)] as const,
        [`conv${i + 1}_1.bias`, float32(new Float32Array(width))] as const,
      ]),
    );
    const weights = slimFasterRcnn({ classes: 3, vgg, seed: 1 });
    expect(await weights.get('backbone.body.conv2_1.weight')?.load()).to.equal(vgg.get('conv2_1.weight'));
    expect(weights.get('backbone.body.conv6_1.weight')?.dims).to.deep.equal([12, 12, 3, 3]);
    await using network = await FasterRCNN.load({ weights, metadata: {} }, slim);
    const { relu4_1, 'fpn/0': finest } = await network.features(pattern([96, 128]), ['relu4_1', 'fpn/0']);
    expect(relu4_1?.dims).to.deep.equal([1, 10, 96 / 8, 128 / 8]);
    expect(finest?.dims).to.deep.equal([1, 64, 96 / 8, 128 / 8]);
  });
  it('measures the statistics of batch normalization on a picture', async () => {
    const start = slimFasterRcnn({ classes: 4, seed: 1 });
    const picture = pattern([64, 96]);
    const weights = await measureNorms(start, picture, slimTraits, placement);
    expect([...weights.keys()]).to.deep.equal([...start.keys()]);
    const same = { minSize: 64, maxSize: 96 };
    const graph = buildFirstStage(await loadAll(weights), { ...slimTraits, ...same }, 'keep');
    const norms = graph.net.b.graph('').nodes.filter(({ op }) => op === 'BatchNormalization');
    expect(norms).to.have.length(12);
    for (const { outputs } of norms) graph.net.b.output(graph.net.b.value(outputs[0]!));
    await using session = await openSession(encodeModel(graph.net.b.model()), placement);
    const found = await session.run({ image: toTensor(picture) });
    for (const [name, { data, dims }] of Object.entries(found)) {
      const values = Array.from(data, Number);
      const plane = values.slice(0, dims[2]! * dims[3]!);
      const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
      const square = plane.reduce((sum, value) => sum + value ** 2, 0) / plane.length;
      expect(mean, name).to.be.closeTo(0, 1e-3);
      expect(Math.sqrt(square), name).to.satisfy(
        (x: number) => Math.abs(x - 1) < 0.05 || Math.abs(x - 0.5) < 0.05,
      );
    }
  });
  it('is the same network after it was written to a file and loaded again', async () => {
    const weights = slimFasterRcnn({ classes: 3, seed: 2 });
    await using network = await FasterRCNN.load(
      { weights, metadata: {} },
      { ...slim, labels: ['background', 'left', 'right'], score: 0.3 },
    );
    const file = encodeModel(network.model);
    await using again = await loadDetector(file, { name: 'slim', placement });
    expect(again).to.be.instanceOf(FasterRCNN);
    expect(again.labels).to.deep.equal(['background', 'left', 'right']);
    expect(again.layers).to.deep.equal(network.layers);
    const picture = pattern([50, 70]);
    const found = await again.detect(picture, { score: 0.3 });
    expect(found).not.to.be.empty;
    expect(found).to.deep.equal(await network.detect(picture, { score: 0.3 }));
    const refusal: unknown = await again.detect(picture, { score: 0.2 }).catch((error: unknown) => error);
    expect(String(refusal)).to.contain('above 0.3');
  });
  it('gives an empty list if it finds nothing', async () => {
    await using network = await FasterRCNN.load(golden('v1.pth'), { ...small, score: 0.9999 });
    expect(await network.detect(pattern([20, 30]), { score: 0.9999 })).to.deep.equal([]);
    const none = await FasterRCNN.load(golden('v1.pth'), { ...small, rpnScore: 1 });
    expect(await none.proposals(pattern([20, 30]))).to.deep.equal([]);
    expect(await none.detectFromProposals(pattern([20, 30]))).to.deep.equal([]);
    await none.dispose();
  });
  it('loads weights whose names have a prefix', async () => {
    const { weights } = await loadWeights(bytesSource(golden('v1.pth')));
    const behind = new Map(
      Array.from(weights, ([name, stored]) => [`module.detector.${name}`, stored] as const),
    );
    await using plain = await FasterRCNN.load(golden('v1.pth'), small);
    await using same = await FasterRCNN.load({ weights: behind, metadata: {} }, small);
    const picture = pattern([20, 30]);
    expect(await same.detect(picture)).to.deep.equal(await plain.detect(picture));
  });
  it('reports options and weights that do not fit', async () => {
    const message = async (work: Promise<unknown>) => String(await work.catch((error: unknown) => error));
    await using network = await FasterRCNN.load(golden('v1.pth'), small);
    expect(await message(network.detect(pattern([20, 30]), { score: 0.1 }))).to.contain('another `score`');
    expect(await message(FasterRCNN.load(golden('v1.pth'), { ...small, aspectRatios: [1] }))).to.contain(
      'has 3 anchors at each position',
    );
    const other = new Map([
      ['a.weight', { dtype: 'float32', dims: [1], load: () => Promise.resolve(float32([1], [1])) }],
    ] as const);
    expect(await message(FasterRCNN.load({ weights: other, metadata: {} }))).to.contain(
      'not the weights of Faster R-CNN',
    );
    const bare = new Map([['backbone.a.weight', other.get('a.weight')!]]);
    expect(await message(FasterRCNN.load({ weights: bare, metadata: {} }))).to.contain(
      'not the weights of a Faster R-CNN',
    );
  });
});
