import { join } from 'node:path';

import { dream, loadClassifier, loadDetector, SqueezeNet, style } from '../../lib/api/index.js';
import { float32, random } from '../../lib/api/runtime.js';
import { buildUNet, fit, initialUNet, losses, optimizers } from '../../lib/api/train.js';
import type { RandomWeights } from '../../lib/models/faster-rcnn/random-weights.js';
import type { Placement } from '../../lib/runtime/types.js';
import { photograph } from '../bench/models/picture-file.js';
import { weightFile } from '../bench/models/weight-file.js';
import { bloodSmear } from '../demo/scenes/blood-smear.js';

/** A task, small enough for a CPU, and the numbers that it computes. @param folder for files that it needs */
type Task = (placement: Placement, folder: string) => Promise<ArrayLike<number>>;

const model = (name: string) => join(import.meta.dirname, '../../onnx-models', `${name}.onnx`);

/** What is compared between the CPU and the GPU. */
export const tasks: Readonly<Record<string, Task>> = {
  async classify(placement, folder) {
    const weights = await weightFile(folder, 'squeezenet', fillSqueezeNet);
    await using network = await SqueezeNet.load(weights, { placement });
    const found = await network.classify(await photograph('cat.jpg', 256), { top: 1000 });
    return found.toSorted((a, b) => a.index - b.index).map(({ probability }) => probability);
  },

  async detect(placement) {
    await using network = await loadDetector(model('fasterrcnn-cells'), { placement });
    const found = await network.detect(bloodSmear({ width: 384, height: 288 }), { score: 0.5 });
    if (found.length === 0) throw new Error('nothing was detected');
    return found.flatMap(({ box, score }) => [...box, score]);
  },

  async dream(placement) {
    await using network = await loadClassifier(model('vgg19-slim'), { placement });
    const options = { layers: { relu4_3: 1 }, size: 256, octaves: 2, steps: 3, placement };
    let picture: ArrayLike<number> = [];
    for await (const step of dream(network, await photograph('astronaut.jpg', 256), options))
      if (step.done === step.total) picture = step.image.data;
    return picture;
  },

  async style(placement) {
    await using network = await loadClassifier(model('vgg19-slim'), { placement });
    const [content, painting] = [await photograph('cat.jpg', 192), await photograph('coffee.jpg', 192)];
    const options = { size: 192, smallest: 192, iterations: 5, placement };
    let picture: ArrayLike<number> = [];
    for await (const step of style(network, content, [painting], options)) picture = step.image.data;
    return picture;
  },

  async 'training step'(placement) {
    const parameters = initialUNet({ channels: 1, classes: 1, widths: [8, 16, 32] });
    const stream = random(1);
    const plane = (value: () => number) =>
      float32(Float32Array.from({ length: 64 * 64 }, value), [1, 1, 64, 64]);
    const sample = { image: plane(() => stream.uniform()), target: plane(() => stream.integer(0, 1)) };
    const values: number[] = [];
    const steps = fit(
      buildUNet(parameters, { batchNorm: 'keep' }).model,
      { length: 2, sample: () => Promise.resolve(sample) },
      { loss: losses.bce(), optimizer: optimizers.sgd({ learningRate: 0.1 }), batch: 2, steps: 3, placement },
    );
    for await (const { value } of steps) values.push(value);
    return values;
  },
};

function fillSqueezeNet(weights: RandomWeights): void {
  weights.withBias('conv1', [64, 3, 3, 3], 0.01); // for an input of 0…255
  let channels = 64;
  [16, 16, 32, 32, 48, 48, 64, 64].forEach((squeezed, i) => {
    const name = `fire${i + 2}`;
    weights.withBias(`${name}/squeeze1x1`, [squeezed, channels, 1, 1]);
    weights.withBias(`${name}/expand1x1`, [4 * squeezed, squeezed, 1, 1]);
    weights.withBias(`${name}/expand3x3`, [4 * squeezed, squeezed, 3, 3]);
    channels = 8 * squeezed;
  });
  weights.withBias('conv10', [1000, channels, 1, 1]);
}
