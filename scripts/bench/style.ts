// Whole style transfers, from the pictures to the last iteration, with the same losses and the same optimizer.
import { style } from '../../lib/api/index.js';
import { torchForms } from './cases/image-gradient.js';
import { type Case, contender, timed } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';
import { vgg19 } from './models/classifiers.js';
import { photograph, pictureFile } from './models/picture-file.js';

function transfer(size: number, iterations: number, settings: Partial<Case> = {}): Case {
  return {
    ...settings,
    name: `style transfer, VGG-19, ${iterations} iterations of L-BFGS`,
    size,
    unit: 'ms',
    // The last losses are minima that rounding has had iterations to move.
    tolerance: 0.02,
    async open(bench) {
      const weights = await vgg19.weights(bench.folder);
      const network = await vgg19.load(weights, bench.taskPlacement);
      const content = await photograph('astronaut.jpg', size);
      const painting = await photograph('coffee.jpg', size);
      const run = async () => {
        const losses: number[] = [];
        const options = { size, smallest: size, iterations };
        for await (const step of style(network, content, [painting], options)) losses.push(step.value);
        return [losses[0] ?? NaN, Math.min(...losses)];
      };
      const job = {
        task: 'style.transfer',
        weights,
        content: await pictureFile(bench.folder, 'content', content),
        style: await pictureFile(bench.folder, 'style', painting),
        size,
        iterations,
      };
      return [contender('oneiros', () => timed(run)), ...(await bench.peers(job, torchForms(size, bench)))];
    },
  };
}

await runSuite('Style transfer', [
  transfer(128, 10, { quick: true, rounds: 3 }),
  transfer(256, 10, { rounds: 3 }),
  transfer(512, 20, { rounds: 1 }),
]);
