import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { solid } from '../../../lib/image/image.js';
import { loadDetector } from '../../../lib/networks/detector/load.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { float32, int64 } from '../../../lib/tensor/tensor.js';
import { pattern } from '../../models/faster-rcnn-pattern.js';

const placement = { isolation: 'none' } as const;
const golden = (file: string) => readFileSync(join(import.meta.dirname, '../../models/golden', file));

interface Golden {
  readonly pictures: readonly {
    readonly size: readonly [number, number];
    readonly boxes: readonly (readonly number[])[];
    readonly labels: readonly number[];
    readonly scores: readonly number[];
  }[];
}
function isGolden(value: unknown): value is Golden {
  return typeof value === 'object' && value !== null && 'pictures' in value;
}

describe("torchvision's ONNX export of a Faster R-CNN", () => {
  it('gives torchvision’s detections at three sizes', async () => {
    const results: unknown = JSON.parse(golden('faster-rcnn-v1.json').toString());
    if (!isGolden(results)) throw new Error('faster-rcnn-v1.json holds no results');
    await using network = await loadDetector(golden('faster-rcnn-export.onnx'), { placement });
    expect(network.notes.join()).to.contain('exported as by torchvision');
    for (const wanted of results.pictures) {
      const found = await network.detect(pattern(wanted.size), { score: 0.3 });
      expect(found.map(({ labelId }) => labelId)).to.deep.equal(wanted.labels);
      found.forEach(({ box, score }, i) => {
        expect(score).to.be.closeTo(wanted.scores[i]!, 1e-4);
        box.forEach((edge, side) => expect(edge).to.be.closeTo(wanted.boxes[i]![side]!, 0.1));
      });
    }
  });
});

/** A detector whose only score is its input at (channel, y, x). The box covers the whole input; the label is 17. */
function probe(
  shape: readonly (number | string)[],
  [channel, y, x]: readonly [number, number, number],
  names: readonly [string, string, string],
  scale: number,
  classes = 91,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const b = new Builder();
  const image = b.input('image', 'float32', shape);
  const axes = shape.map((_, i) => i);
  const at = [...(shape.length === 4 ? [0] : []), channel, y, x];
  const pixel = b.slice(
    image,
    axes,
    at,
    at.map((place) => place + 1),
  );
  const [height, width] = [b.dim(image, axes.length - 2), b.dim(image, axes.length - 1)];
  const zero = b.sizes([0]);
  const box = b.cast(b.concat([zero, zero, width, height], 0), 'float32');
  b.output(b.reshape(box, [1, 4]), names[0]);
  b.output(b.add(b.constant(int64([17])), b.mul(height, 0)), names[1]);
  const score = b.reshape(b.mul(b.reshape(pixel, [1]), scale), [1, 1]);
  // softmax(log(1 − s), log s, −∞ …) = 1 − s, s, 0 …, of which the second is the score.
  const rest = b.constant(float32(new Float32Array(classes - 2).fill(-1e9), [1, classes - 2]));
  const logits = b.concat([b.log(b.op('Relu', [b.sub(1, score)])), b.log(score), rest], 1);
  const probabilities = b.op('Softmax', [logits], { axis: 1 });
  b.output(b.reshape(b.slice(probabilities, [1], [1], [2]), [1]), names[2]);
  return encodeModel(b.model(metadata));
}
const zoo = ['6379', '6381', '6383'] as const;

describe("the ONNX model zoo's Faster R-CNN", () => {
  it('gets BGR in 0…255 minus its mean, with a shorter side of 800', async () => {
    // 400×300 becomes 1067×800, padded to 1088×800. Blue comes first.
    const picture = solid({ width: 400, height: 300 }, [0.2, 0.6, 1]);
    const fed = [1 * 255 - 102.9801, 0.6 * 255 - 115.9465, 0.2 * 255 - 122.7717];
    for (const [channel, value] of fed.entries()) {
      const model = probe([3, 'height', 'width'], [channel, 799, 1066], zoo, 1 / value, 81);
      await using network = await loadDetector(model, { placement });
      expect(network.notes.join()).to.contain('the ONNX model zoo');
      const [found, ...others] = await network.detect(picture);
      expect(others).to.be.empty;
      expect(found).to.deep.include({ label: 'dog', labelId: 17, box: [0, 0, 400, 300] });
      expect(found?.score).to.be.closeTo(1, 1e-5);
    }
  });
  it('gets padding of zeros', async () => {
    const model = probe([3, 'height', 'width'], [0, 799, 1067], zoo, 1, 81);
    await using network = await loadDetector(model, { placement });
    const [found] = await network.detect(solid({ width: 400, height: 300 }, [1, 1, 1]), { score: 0 });
    expect(found?.score).to.equal(0);
  });
});

describe('an exported Faster R-CNN', () => {
  const torchvision = ['boxes', 'labels', 'scores'] as const;

  it('gets the picture unchanged, RGB in [0, 1], with or without a batch axis', async () => {
    for (const shape of [
      [3, 'height', 'width'],
      [1, 3, 'height', 'width'],
    ]) {
      await using network = await loadDetector(probe(shape, [0, 4, 6], torchvision, 1), { placement });
      const [found] = await network.detect(solid({ width: 7, height: 5 }, [0.75, 0, 0]));
      expect(found).to.deep.include({ box: [0, 0, 7, 5], labelId: 17, label: 'cat' });
      expect(found?.score).to.be.closeTo(0.75, 1e-6);
    }
  });
  it('with a fixed size gets a letterboxed picture, and gives boxes in the original one', async () => {
    await using network = await loadDetector(probe([3, 8, 8], [1, 3, 7], torchvision, 1), { placement });
    const [found] = await network.detect(solid({ width: 16, height: 8 }, [0, 1, 0]));
    expect(found).to.deep.include({ score: 1, box: [0, 0, 16, 8] });
  });
  it('gets COCO’s names only if it has as many classes', async () => {
    const labelOf = async (model: Uint8Array, labels?: readonly string[]) => {
      await using network = await loadDetector(model, { placement, labels });
      const [found] = await network.detect(solid({ width: 7, height: 5 }, [0.75, 0, 0]));
      return [found?.label, network.notes.join('\n')];
    };
    const shape = [3, 'height', 'width'];
    const names = (count: number) => Array.from({ length: count }, (_, i) => `kind ${i}`);
    const [coco, assumed] = await labelOf(probe(shape, [0, 4, 6], torchvision, 1));
    expect([coco, assumed]).to.satisfy(
      ([label, notes]: string[]) => label === 'cat' && notes!.includes('COCO’s are assumed'),
    );
    const custom = probe(shape, [0, 4, 6], torchvision, 1, 20);
    const [label, notes] = await labelOf(custom);
    expect(label).to.equal('class 17');
    expect(notes).to.contain('it has 20 classes without names');
    expect((await labelOf(custom, names(20)))[0]).to.equal('kind 17');
    const stated = probe(shape, [0, 4, 6], torchvision, 1, 20, { classes: names(20).join(',') });
    expect((await labelOf(stated))[0]).to.equal('kind 17');
    const failure: unknown = await labelOf(custom, names(4)).catch((error: unknown) => error);
    expect(String(failure)).to.contain('has 20 classes, background included, but 4 names');
    expect(
      (await labelOf(probe(['n', 3, 'h', 'w'], [2, 4, 6], zoo, 1 / (0.75 * 255 - 122.7717), 20)))[0],
    ).to.equal('class 17');
  });
  it('is distinguished from other networks', async () => {
    const b = new Builder();
    b.output(b.relu(b.input('image', 'float32', [3, 8, 8])), 'boxes');
    const other = loadDetector(encodeModel(b.model()), { placement });
    expect(String(await other.catch((error: unknown) => error))).to.contain('not a supported detector');
    const gray = new Builder();
    gray.output(gray.constant(float32([1], [1])), 'scores');
    expect(String(await loadDetector(encodeModel(gray.model())).catch((error: unknown) => error))).to.contain(
      'not a supported detector',
    );
  });
});
