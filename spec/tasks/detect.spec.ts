import { expect } from 'chai';

import { type Image, image, plane, solid } from '../../lib/image/image.js';
import { cocoTruth } from '../../lib/metrics/io/coco.js';
import { coco80, coco91 } from '../../lib/networks/detector/coco-labels.js';
import type { Detection, Detector } from '../../lib/networks/detector/detector.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { yoloxShaped } from '../../lib/networks/detector/recognize-yolox.js';
import { Yolox } from '../../lib/networks/detector/yolox.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { cocoResults } from '../../lib/tasks/detect/coco-results.js';
import { detect, detectEach, type DetectEachOptions } from '../../lib/tasks/detect/detect.js';
import { evaluateDetector } from '../../lib/tasks/detect/evaluate.js';
import { drawDetections } from '../../lib/tasks/draw/detections.js';
import { eachDot, textWidth } from '../../lib/tasks/draw/font.js';
import type { Float32Tensor, Tensor } from '../../lib/tensor/tensor.js';
import { rejection } from '../models/rejection.js';
import { type Rows, yolox, type YoloxForm } from '../networks/detector/small-yolox.js';

const placement = { isolation: 'none' } as const;

describe('YOLOX', () => {
  // Row 5 is (1, 1) of stride 8; row 19 is (1, 1), the last of stride 16; row 20 is the only one of stride 32.
  const rows: Rows = [
    [5, [0.5, 0.5, 0, Math.log(2), 0.9, 0.1, 1]],
    [19, [0, 0, 0, 0, 0.5, 1, 0]],
    [20, [0.5, 0.5, 10, 10, 0.1, 1, 0]],
  ];
  const model = yolox(rows);

  it('decodes boxes into pixels of the picture, the highest score first', async () => {
    await using network = await loadDetector(model, { placement });
    const found = await detect(network, image({ width: 64, height: 32 }), { score: 0.3 });
    expect(found.map(({ label, labelId }) => [label, labelId])).to.deep.equal([
      ['dog', 1],
      ['cat', 0],
    ]);
    // Center (12, 12), 8×16 pixels of a letterbox of scale ½.
    expect(found[0]!.box.map(Math.fround)).to.deep.equal([16, 8, 32, 32]);
    expect(found[0]!.score).to.be.closeTo(0.9, 1e-6);
    expect(found[1]!.box).to.deep.equal([16, 16, 48, 32]);
  });
  for (const [form, given] of Object.entries<YoloxForm>({
    'a symbolic batch': { batch: 'batch' },
    'a batch of four': { batch: 4 },
    'a batch of four that may be mixed': { batch: 4, decoded: true },
    'boxes that are decoded in the graph': { decoded: true },
    'decoded boxes and a symbolic batch': { decoded: true, batch: 'batch' },
    'scores before their sigmoid': { sigmoids: false },
    'an Identity at the end': { end: (b, made) => b.op('Identity', [made]) },
  }))
    it(`finds the same with ${form}`, async () => {
      await using network = await loadDetector(yolox(rows, given), { placement });
      const found = await detect(network, image({ width: 64, height: 32 }), { score: 0.3 });
      expect(found.map(({ labelId }) => labelId)).to.deep.equal([1, 0]);
      expect(found[0]!.score).to.be.closeTo(0.9, 1e-6);
      found[0]!.box.forEach((edge, i) => expect(edge).to.be.closeTo([16, 8, 32, 32][i]!, 1e-5));
      found[1]!.box.forEach((edge, i) => expect(edge).to.be.closeTo([16, 16, 48, 32][i]!, 1e-5));
      expect(network.notes.join()).to.contain(
        given.decoded === true ? 'boxes decoded in its graph' : 'boxes decoded by oneiros',
      );
    });
  it('is not recognized by the shape of its rows alone', async () => {
    const others: Readonly<Record<string, NonNullable<YoloxForm['end']>>> = {
      'boxes in fractions of the picture': (b, made) => b.mul(made, 1 / 32),
      'levels in another order': (b, made) =>
        b.concat([b.slice(made, [1], [16], [21]), b.slice(made, [1], [0], [16])], 1),
      'scores that are multiplied': (b, made) => {
        const [box, objectness, classes] = b.split(made, [4, 1, 2], 2, 3);
        return b.concat([box!, objectness!, b.mul(classes!, objectness!)], 2);
      },
    };
    for (const [name, end] of Object.entries(others)) {
      const failure: unknown = await loadDetector(yolox(rows, { end })).catch((error: unknown) => error);
      expect(String(failure), name).to.contain('its rows are computed differently');
    }
  });
  it('is refused with a wrong number of class names', async () => {
    const failure: unknown = await loadDetector(model, { labels: ['cat'] }).catch((error: unknown) => error);
    expect(String(failure)).to.contain('has 2 classes, but 1 names');
  });
  it('may find nothing, and returns at most the limit', async () => {
    await using network = await loadDetector(model, { placement });
    const picture = image({ width: 32, height: 32 });
    expect(await network.detect(picture, { score: 0.95 })).to.deep.equal([]);
    const found = await all(network, [picture, picture], { score: 0.05, limit: 2 });
    expect(found.map((found) => found.map(({ labelId }) => labelId))).to.deep.equal([
      [1, 0],
      [1, 0],
    ]);
  });
  it('is distinguished from other networks', async () => {
    const b = new Builder();
    b.output(b.relu(b.input('x', 'float32', [1, 3, 32, 32])));
    const failure = await loadDetector(encodeModel(b.model()), { name: 'relu' }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).to.contain('relu is not a supported detector');
  });
});

/** A YOLOX for 32×32 pixels: brighter pictures raise the score of a cat, darker ones that of a dog. */
function brightnessYolox(mixes: boolean): Uint8Array {
  const rows: Rows = [
    [20, [0.5, 0.5, 0, 0, 0.1, 1, 0]],
    [0, [0.5, 0.5, 0, 0, 0.9, 0, 1]],
  ];
  const slopes: Rows = [
    [20, [0, 0, 0, 0, 0.01, 0, 0]],
    [0, [0, 0, 0, 0, -0.01, 0, 0]],
  ];
  return yolox(rows, {}, slopes, mixes);
}

/** Counts the pictures of each run. */
class CountingYolox extends Yolox {
  readonly runs: number[] = [];
  protected override run(
    values: readonly string[],
    pictures: Float32Tensor,
    signal?: AbortSignal,
  ): Promise<Record<string, Tensor>> {
    this.runs.push(pictures.dims[0]!);
    return super.run(values, pictures, signal);
  }
}

/** The detections in each picture. */
async function all(
  network: Detector,
  pictures: readonly Image[],
  options: DetectEachOptions,
): Promise<readonly (readonly Detection[])[]> {
  const found: (readonly Detection[])[] = [];
  const keyed = pictures.map((image, key) => ({ key, image }));
  for await (const outcome of detectEach(network, keyed, options)) {
    if (outcome.error !== undefined) throw outcome.error;
    expect(outcome.image).to.equal(pictures[outcome.key]);
    found.push(outcome.detections);
  }
  return found;
}

describe('Many pictures', () => {
  const pictures = [0.05, 0.9, 0.4, 0.6, 0.2].map((brightness, i) =>
    solid({ width: 20 + 10 * i, height: 50 - 5 * i }, [brightness, brightness, brightness]),
  );
  const options = { score: 0.01 };
  const opened = async (mixes = false) => {
    const network = await CountingYolox.of(yoloxShaped(decodeModel(brightnessYolox(mixes)), 'toy')!, {
      placement,
    });
    return network instanceof CountingYolox ? network : expect.fail('it does not count');
  };

  it('are computed in batches, in order, with the same results as one at a time', async () => {
    await using network = await opened();
    const alone: (readonly Detection[])[] = [];
    for (const picture of pictures) alone.push(await network.detect(picture, options));
    expect(new Set(alone.map(([{ score } = { score: 0 }]) => score)).size).to.equal(pictures.length);
    expect(await all(network, pictures, options)).to.deep.equal(alone);
    expect(await all(network, pictures, { ...options, batch: 2 })).to.deep.equal(alone);
    expect(await network.detectAll(pictures, options)).to.deep.equal(alone);
    expect(network.runs).to.deep.equal([1, 1, 1, 1, 1, 4, 1, 2, 2, 1, 5]);
    expect(await all(network, [], options)).to.deep.equal([]);
  });
  it('are computed one by one if the graph mixes them', async () => {
    await using network = await opened(true);
    expect(network.batches).to.be.false;
    const found = await all(network, pictures, options);
    expect(network.runs).to.deep.equal([1, 1, 1, 1, 1]);
    await using other = await opened();
    expect(found).to.deep.equal(await all(other, pictures, options));
  });
  it('fail individually: the others are computed', async () => {
    await using network = await opened();
    const missing = () => Promise.reject(new Error('no such file'));
    const [first, second] = pictures;
    const mixed = [
      { key: 'a', image: () => first! },
      { key: 'b', image: missing },
      { key: 'c', image: second! },
    ];
    const outcomes: unknown[] = [];
    for await (const { key, image, error } of detectEach(network, mixed, options))
      outcomes.push([key, image, error?.message]);
    expect(outcomes).to.deep.equal([
      ['a', first, undefined],
      ['b', null, 'no such file'],
      ['c', second, undefined],
    ]);
  });
  it('end with the signal, between two batches', async () => {
    await using network = await opened();
    const many = Array.from({ length: 40 }, () => pictures[0]!);
    const controller = new AbortController();
    const work = all(network, many, { ...options, signal: controller.signal });
    while (network.runs.length < 2) await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    expect(String(await work.catch((error: unknown) => error))).to.contain('enough');
    expect(network.runs.length).to.be.below(5);
  });
  it('are evaluated only if all ids differ', async () => {
    await using network = await loadDetector(yolox([]), { placement });
    const truth = cocoTruth({ images: [{ id: 1 }], categories: [{ id: 1, name: 'a' }], annotations: [] });
    const picture = { key: 1, image: solid({ width: 32, height: 32 }, [0, 0, 0]) };
    expect(await rejection(evaluateDetector(network, [picture, picture], truth))).to.contain(
      'two pictures have the id 1',
    );
  });
  it('need a batch of at least one', async () => {
    await using network = await opened();
    const failure: unknown = await all(network, pictures, { batch: 0 }).catch((error: unknown) => error);
    expect(String(failure)).to.contain('batch must be');
  });
});

describe('COCO output', () => {
  it('has 80 classes under two numberings', () => {
    expect(coco80).to.have.length(80);
    expect(new Set(coco80).size).to.equal(80);
    expect([1, 13, 44, 90].map((id) => coco91[id])).to.deep.equal([
      'person',
      'stop sign',
      'bottle',
      'toothbrush',
    ]);
    expect(coco91.filter((name) => name !== 'unused' && name !== 'background')).to.deep.equal(coco80);
  });
  it('writes boxes as corner and size', () => {
    expect(cocoResults(7, [{ box: [1, 2, 4, 8], label: 'cat', labelId: 3, score: 0.5 }])).to.deep.equal([
      { image_id: 7, category_id: 3, bbox: [1, 2, 3, 6], score: 0.5 },
    ]);
  });
});

describe('Drawing', () => {
  it('uses letters of dots, in capitals without accents', () => {
    const dots: string[] = [];
    eachDot('Ï', (x, y) => dots.push(`${x},${y}`));
    expect(dots.slice(0, 4)).to.deep.equal(['1,0', '2,0', '3,0', '2,1']);
    expect(textWidth('CAT')).to.equal(17);
  });
  it('frames a box in its class’s color, with the label within the picture', () => {
    const picture = solid({ width: 100, height: 60 }, [0, 0, 0]);
    const drawn = drawDetections(picture, [
      { box: [90, 0, 100, 60], label: 'person', labelId: 0, score: 0.5 },
    ]);
    expect([0, 1, 2].map((c) => plane(drawn, c)[59 * 100 + 95]!)).to.deep.equal([
      ...Float32Array.of(0.9, 0.62, 0),
    ]);
    // 11 letters of 6 dots, minus one, and a margin of 2 on each side, at the right edge.
    expect(plane(drawn, 0)[100 - 65 - 4]).to.be.closeTo(0.9, 1e-6);
    expect(plane(drawn, 0)[100 - 65 - 5]).to.equal(0);
    expect(picture.data.every((value) => value === 0)).to.be.true;
  });
  it('accepts boxes outside of the picture', () => {
    const picture = solid({ width: 8, height: 8 }, [0, 0, 0]);
    drawDetections(picture, [
      { box: [-50, -50, 900, 900], label: 'a very long name', labelId: 300, score: 1 },
    ]);
  });
});
