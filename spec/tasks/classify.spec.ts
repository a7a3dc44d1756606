import { join } from 'node:path';
import { expect } from 'chai';

import { type Image, image, solid } from '../../lib/image/image.js';
import { mostProbable } from '../../lib/networks/classifier/classifier.js';
import { imagenetLabels } from '../../lib/networks/classifier/imagenet.js';
import { parseLabels } from '../../lib/networks/classifier/labels.js';
import { GoogLeNet } from '../../lib/networks/classifier/published-classifiers.js';
import { classifyEach } from '../../lib/tasks/classify/classify.js';
import { evaluateClassifier } from '../../lib/tasks/classify/evaluate.js';
import { random } from '../../lib/tensor/random.js';
import { drawWeights, readCases } from '../models/golden-case.js';
import { rejection } from '../models/rejection.js';

const [golden] = readCases(join(import.meta.dirname, '..', 'models', 'golden', 'models.json')).filter(
  ({ network }) => network === 'googlenet',
);
/** A GoogLeNet with an eighth of the channels and seven classes. */
const load = () =>
  GoogLeNet.load(drawWeights(golden?.shapes ?? {}), {
    labels: parseLabels('n00000001 one\nn00000002 two, deux\nthree\nfour\nfive\nsix\nclass 6'),
    placement: { isolation: 'none' },
  });

function photograph(seed: number, width: number, height: number): Image {
  const source = random(seed);
  const data = Float32Array.from({ length: 3 * width * height }, () => source.uniform());
  return image({ width, height }, data);
}

describe('Labels', () => {
  it('of ImageNet are a thousand, in the order of their ids', () => {
    expect(imagenetLabels.length).to.equal(1000);
    expect(imagenetLabels[1]).to.deep.equal({ id: 'n01443537', name: 'goldfish, Carassius auratus' });
    const ids = imagenetLabels.map(({ id }) => id);
    expect(ids).to.deep.equal([...new Set(ids)].sort());
  });

  it('are read line by line, with ids or without', () => {
    expect(parseLabels('n01443537 goldfish\r\ncat\n')).to.deep.equal([
      { id: 'n01443537', name: 'goldfish' },
      { id: '1', name: 'cat' },
    ]);
  });

  it('are sorted by probability; equal ones stay in order', () => {
    const found = mostProbable(Float32Array.of(0.25, 0.5, 0.25), 2, parseLabels('a\nb'));
    expect(found).to.deep.equal([
      { index: 1, id: '1', name: 'b', probability: 0.5 },
      { index: 0, id: '0', name: 'a', probability: 0.25 },
    ]);
  });
});

describe('Classification', () => {
  it('gives the requested number of classes, with sorted probabilities that sum to one', async () => {
    await using network = await load();
    const labels = await network.classify(photograph(1, 300, 260), { top: 7 });
    const probabilities = labels.map(({ probability }) => probability);
    expect(probabilities).to.deep.equal([...probabilities].sort((a, b) => b - a));
    expect(probabilities.reduce((sum, value) => sum + value, 0)).to.be.closeTo(1, 1e-5);
    expect(new Set(labels.map(({ name }) => name))).to.include.keys('one', 'two, deux', 'three', 'class 6');
    expect((await network.classify(photograph(1, 300, 260), { top: 2 })).length).to.equal(2);
  });

  it('accepts pictures of any size and shape, even one pixel and panoramas', async () => {
    await using network = await load();
    for (const [width, height] of [
      [1, 1],
      [3, 500],
      [4000, 2],
      [224, 224],
    ] as const)
      expect((await network.classify(solid({ width, height }, [0.2, 0.5, 0.9]))).length).to.equal(5);
  });

  it('uses the center crop after resizing the shorter side to 256', async () => {
    await using network = await load();
    const middle = photograph(2, 224, 224);
    const framed = solid({ width: 300, height: 256 }, [1, 0, 1]);
    for (let row = 0; row < 3 * 224; row++) {
      const [channel, y] = [Math.floor(row / 224), row % 224];
      const line = middle.data.subarray(row * 224, (row + 1) * 224);
      framed.data.set(line, (channel * 256 + y + 16) * 300 + 38);
    }
    const { prob } = await network.features(middle, ['prob']);
    const [row] = await network.probabilities([framed]);
    expect(Array.from(row ?? [])).to.deep.equal(Array.from(prob?.data ?? [], Number));
  });

  it('gives the same results in batches as one by one', async () => {
    await using network = await load();
    const pictures = [1, 2, 3, 4, 5].map((key) => ({ key, image: photograph(key, 230 + key, 260) }));
    const found = [];
    for await (const result of classifyEach(network, pictures, { batch: 2, top: 1 }))
      found.push(result.error === undefined ? result : expect.fail(result.error.message));
    expect(found.map(({ key }) => key)).to.deep.equal([1, 2, 3, 4, 5]);
    for (const [i, { classes }] of found.entries()) {
      const [alone] = await network.classify(pictures[i]!.image, { top: 1 });
      expect(classes[0]?.index).to.equal(alone?.index);
      expect(classes[0]?.probability).to.be.closeTo(alone?.probability ?? NaN, 1e-5);
    }
  });

  it('measures how often the true class is first, or among the first five', async () => {
    await using network = await load();
    const pictures = await Promise.all(
      [0, 1, 4, 6].map(async (rank, i) => {
        const picture = photograph(i, 240, 240);
        const labels = await network.classify(picture, { top: 7 });
        return { image: picture, key: labels[rank]!.index };
      }),
    );
    const done: number[] = [];
    const accuracy = await evaluateClassifier(network, pictures, {
      batch: 3,
      onProgress: (count) => done.push(count),
    });
    expect(accuracy).to.deep.equal({ images: 4, top1: 0.25, top5: 0.75 });
    expect(done).to.deep.equal([1, 2, 3, 4]);
    expect(await rejection(evaluateClassifier(network, []))).to.include('no pictures');
  });

  it('stops on an abort, and refuses invalid options', async () => {
    await using network = await load();
    const picture = { key: 0, image: photograph(1, 224, 224) };
    const stop = AbortSignal.abort(new Error('enough'));
    const error = await classifyEach(network, [picture], { signal: stop }).next().catch(String);
    expect(error).to.equal('Error: enough');
    expect(await rejection(network.classify(picture.image, { top: 0 }))).to.include('top must be');
    expect(await rejection(classifyEach(network, [picture], { batch: 1.5 }).next())).to.include(
      'batch must be',
    );
  });
});
