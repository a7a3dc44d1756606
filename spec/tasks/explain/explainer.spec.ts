import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerExplain } from '../../../lib/cli/commands/explain.js';
import { encodeImage } from '../../../lib/image/codec/decode-encode.js';
import { readImage } from '../../../lib/image/codec/read-write.js';
import { type Image, image, plane, planes, solid } from '../../../lib/image/image.js';
import { loadClassifier } from '../../../lib/networks/classifier/load.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { ClassGradients } from '../../../lib/tasks/explain/class-gradient.js';
import { drawRelevance } from '../../../lib/tasks/explain/draw.js';
import { Explainer, explainMethods } from '../../../lib/tasks/explain/explainer.js';
import { activationMap } from '../../../lib/tasks/explain/grad-cam.js';
import { gradient, integratedGradient, smoothGradient } from '../../../lib/tasks/explain/pixels.js';
import { normalized } from '../../../lib/tasks/explain/relevance-maps.js';
import { random } from '../../../lib/tensor/random.js';
import { float32 } from '../../../lib/tensor/tensor.js';
import { runCommand } from '../../cli/run-command.js';

const placement = { isolation: 'none', provider: 'cpu' } as const;
const size = { width: 8, height: 8 };

/** Two scores: 2 · the mean of the squared red plane, and the mean of blue. Their gradients are known. */
function squareOfRed(): Uint8Array {
  const b = new Builder();
  const input = b.input('x', 'float32', [1, 3, 8, 8]);
  const map = b.op('Mul', [input, input], {}, { name: 'map' });
  const means = b.concat(
    [b.slice(b.mean(map, [2, 3]), [1], [0], [1]), b.slice(b.mean(input, [2, 3]), [1], [2], [3])],
    1,
  );
  const pooled = b.op('Flatten', [b.op('GlobalAveragePool', [means])], { axis: 1 });
  const scores = b.mul(pooled, b.constant(float32(Float32Array.of(2, 1), [1, 2])));
  b.output(b.op('Softmax', [scores], { axis: 1 }), 'probabilities');
  return encodeModel(b.model());
}

function noise(seed: number): Image {
  const stream = random(seed);
  return image(
    size,
    Float32Array.from({ length: 192 }, () => stream.uniform()),
  );
}

async function colors() {
  return await loadClassifier(squareOfRed(), {
    name: 'colors',
    placement,
    preprocessing: 'none',
    labels: [
      { id: '0', name: 'red' },
      { id: '1', name: 'blue' },
    ],
  });
}

describe('An explanation', () => {
  it('by the gradient uses the gradient of a class’s score: 4·x/64 for 2·mean(x²)', async () => {
    await using network = await colors();
    await using gradients = new ClassGradients(network, network.image);
    const picture = noise(1);
    const { at, values } = await gradient(gradients, picture, 0);
    const red = plane(picture, 0);
    plane(picture, 0).forEach((value, i) => expect(values.data[i]).to.be.closeTo(value / 16, 1e-6));
    expect(Array.from(values.data.subarray(64))).to.deep.equal(Array.from({ length: 128 }, () => 0));
    expect(at.score).to.be.closeTo((2 * red.reduce((sum, x) => sum + x * x, 0)) / 64, 1e-6);
    const failure: unknown = await gradients.of(picture, 2).catch((error: unknown) => error);
    expect(String(failure)).to.contain('there is no class 2: colors has classes 0 to 1');
  });

  it('by integrated gradients distributes the whole score over the pixels', async () => {
    await using network = await colors();
    await using gradients = new ClassGradients(network, network.image);
    const picture = noise(2);
    for (const labelId of [0, 1]) {
      const { at, values } = await integratedGradient(gradients, picture, labelId, 7);
      // The score of a black picture is 0.
      expect(values.data.reduce((sum, value) => sum + value, 0)).to.be.closeTo(at.score, 1e-5);
    }
    const { values } = await integratedGradient(gradients, picture, 0, 3);
    plane(picture, 0).forEach((x, i) => expect(values.data[i]).to.be.closeTo((2 * x * x) / 64, 1e-6));
  });

  it('by SmoothGrad averages over noisy copies, the same ones for the same seed', async () => {
    await using network = await colors();
    await using gradients = new ClassGradients(network, network.image);
    const picture = solid(size, [0.5, 0, 1]);
    const settings = { samples: 40, noise: 0.2, seed: 3 };
    const { values } = await smoothGradient(gradients, picture, 0, settings);
    const again = await smoothGradient(gradients, picture, 0, settings);
    expect(again.values.data).to.deep.equal(values.data);
    const sharp = await gradient(gradients, picture, 0);
    const errors = plane(image(size, values.data), 0).map((value, i) => value - sharp.values.data[i]!);
    // Each is the mean of 40 normal numbers of deviation 0.2 / 16.
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / 64);
    expect(deviation).to.be.within(0.7 * (0.2 / 16 / Math.sqrt(40)), 1.3 * (0.2 / 16 / Math.sqrt(40)));
  });

  it('by Grad-CAM weights channels by their mean gradient, and sets negative values to 0', () => {
    const values = float32(Float32Array.of(1, 2, 3, 4, 4, 3, 2, 1), [1, 2, 2, 2]);
    const slopes = float32(Float32Array.of(1, 1, 1, 1, 0, -8, 0, 0), [1, 2, 2, 2]);
    // 1 · (1 2 3 4) − 2 · (4 3 2 1)
    expect(Array.from(activationMap(values, slopes).data)).to.deep.equal([0, 0, 0, 2]);
  });

  it('is scaled to [0, 1], with the few largest values clipped', () => {
    const map = planes(1, { width: 4, height: 1 }, Float32Array.of(1, 2, 4, 100));
    expect(Array.from(normalized(map, 2 / 3).data)).to.deep.equal([0.25, 0.5, 1, 1]);
    const sparse = planes(1, { width: 4, height: 1 }, Float32Array.of(0, 0, 0, 5));
    expect(Array.from(normalized(sparse, 0.5).data)).to.deep.equal([0, 0, 0, 1]);
    expect(Array.from(normalized(planes(1, { width: 2, height: 1 }), 0.5).data)).to.deep.equal([0, 0]);
  });

  it('shows the half of a picture with the class, by every method', async () => {
    await using network = await colors();
    await using explainer = new Explainer(network, { layer: 'map' });
    const picture = image({ width: 16, height: 8 });
    for (let y = 0; y < 8; y++) plane(picture, 0).fill(1, 16 * y, 16 * y + 8);
    for (const method of explainMethods) {
      const { label, labelId, probability, relevance } = await explainer.explain(picture, {
        method,
        noise: 0.05,
      });
      expect([label, labelId], method).to.deep.equal(['red', 0]);
      expect(probability, method).to.be.above(0.5);
      expect([relevance.width, relevance.height], method).to.deep.equal([16, 8]);
      const [left, right] = [relevance.data[16 * 4 + 2]!, relevance.data[16 * 4 + 13]!];
      expect(left, method).to.be.above(0.8);
      expect(right, method).to.be.below(0.2);
      const drawn = drawRelevance(picture, relevance);
      expect(plane(drawn, 0)[16 * 4 + 2], method).to.be.above(0.8);
    }
  });

  it('can be made by a command with the name of a class', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneiros-explain-'));
    try {
      writeFileSync(join(folder, 'model.onnx'), squareOfRed());
      writeFileSync(join(folder, 'labels.txt'), 'red\nblue\n');
      writeFileSync(join(folder, 'picture.png'), await encodeImage(noise(4), 'png'));
      const words = [
        'explain',
        join(folder, 'picture.png'),
        '--model',
        join(folder, 'model.onnx'),
        '--layer',
        'map',
      ];
      const flags = ['--labels', join(folder, 'labels.txt'), '--out', join(folder, 'out'), '--json'];
      const { results } = await runCommand(registerExplain, [...words, ...flags, '--class', 'Blue']);
      expect(results[0]).to.deep.include({ label: 'blue', labelId: 1 });
      const drawn = await readImage(join(folder, 'out', 'picture.png'));
      expect([drawn.width, drawn.height]).to.deep.equal([8, 8]);
      const failure: unknown = await runCommand(registerExplain, [
        ...words,
        ...flags,
        '--class',
        'bleu',
      ]).catch((error: unknown) => error);
      expect(String(failure)).to.contain('has no class "bleu"; near names: blue');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
