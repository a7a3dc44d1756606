import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32, sizeOf } from '../../lib/tensor/tensor.js';
import { slimFasterRcnn } from '../../lib/models/faster-rcnn/slim.js';
import { FasterRCNN, type ExplainedDetection, type FasterRcnnOptions } from '../../lib/vision/faster-rcnn.js';
import { pattern } from './faster-rcnn-pattern.js';

/** What scripts/reference/faster_rcnn.py writes of a picture. */
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
        const found = await network.detect(pattern(wanted.size), { score: 0.3, explain: true });
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

  it('opens its insides: feature maps by name', async () => {
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
    expect(parameters).to.be.within(2e6, 3e6);
    await using network = await FasterRCNN.load(
      { weights, metadata: { classes: 'none,a,b,c' } },
      { ...small, score: 0.05 },
    );
    const found = await network.detect(pattern([60, 80]), { score: 0.05, limit: 3 });
    expect(found).to.have.length(3);
    expect(['a', 'b', 'c']).to.include(found[0]?.label);
  });
  it('finds nothing without an error', async () => {
    await using network = await FasterRCNN.load(golden('v1.pth'), { ...small, score: 0.9999 });
    expect(await network.detect(pattern([20, 30]), { score: 0.9999 })).to.deep.equal([]);
    const none = await FasterRCNN.load(golden('v1.pth'), { ...small, rpnScore: 1 });
    expect(await none.proposals(pattern([20, 30]))).to.deep.equal([]);
    expect(await none.detect(pattern([20, 30]), { explain: true })).to.deep.equal([]);
    await none.dispose();
  });
  it('says what does not fit', async () => {
    const message = async (work: Promise<unknown>) => String(await work.catch((error: unknown) => error));
    await using network = await FasterRCNN.load(golden('v1.pth'), small);
    expect(await message(network.detect(pattern([20, 30]), { score: 0.1 }))).to.contain('another `score`');
    expect(await message(FasterRCNN.load(golden('v1.pth'), { ...small, aspectRatios: [1] }))).to.contain(
      'has 3 anchors at each place',
    );
    const other = new Map([
      ['a.weight', { dtype: 'float32', dims: [1], load: () => Promise.resolve(float32([1], [1])) }],
    ] as const);
    expect(await message(FasterRCNN.load({ weights: other, metadata: {} }))).to.contain(
      'no weights of a Faster R-CNN',
    );
  });
});
