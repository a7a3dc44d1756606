// The checks of `npm run gpu:verify` that measure: times beside PyTorch on the same GPU where it is installed, and the
// memory of a large gradient. A time passes whatever it is.
import { messageOf } from '../../lib/base/errors.js';
import { fasterRcnn } from '../bench/cases/detection.js';
import { forwardPass, imageGradient } from '../bench/cases/image-gradient.js';
import { trainingStep } from '../bench/cases/training-step.js';
import { Bench } from '../bench/frame/bench.js';
import { measure, type Row } from '../bench/frame/measure.js';
import { parseOptions } from '../bench/frame/options.js';
import { titleOf } from '../bench/frame/table.js';
import { googlenet, vgg19 } from '../bench/models/classifiers.js';
import { check } from './check.js';
import { memoryInUse } from './nvidia.js';
import { stageSettings } from './stage.js';

const { device, indices } = stageSettings();
const index = indices[device] ?? device;
// PyTorch and this library round differently with TF32, and pick other detections: the exact stage compares numbers.
const tolerance = 0.05;
const before = memoryInUse(index);
await using bench = await Bench.open(parseOptions('gpu', ['--quick']), {
  provider: 'cuda',
  deviceId: device,
});

for (const each of [
  imageGradient(vgg19, { size: 512 }),
  imageGradient(vgg19, { size: 1024 }),
  forwardPass(vgg19, { size: 512 }),
  imageGradient(googlenet, { size: 512 }),
  trainingStep({ size: 256, batch: 4 }),
  fasterRcnn,
])
  await check(`time: ${titleOf(each)}`, async () => {
    const memory = sampleMemory();
    try {
      const row = await measure({ ...each, tolerance }, bench);
      return {
        passed: true,
        detail: `${timesOf(row)}; at most ${memory.most() - before} MB in use by all contenders`,
      };
    } finally {
      memory.stop();
    }
  });
await check('the peers', () =>
  Promise.resolve({
    passed: true,
    detail: [...Object.entries(bench.versions).map((pair) => pair.join(' ')), ...bench.notes].join('; '),
  }),
);

function timesOf({ medians, ratios, unit }: Row): string {
  const times = Object.entries(medians).map(([name, value]) => `${name} ${value.toFixed(1)} ${unit}`);
  const shares = Object.entries(ratios).map(([name, value]) => `${value.toFixed(2)} of ${name}`);
  return [...times, ...shares].join(', ');
}

/** Samples the memory in use on the GPU between runs; a run in this thread blocks the timer, but holds its memory. */
function sampleMemory(): { readonly most: () => number; readonly stop: () => void } {
  let most = 0;
  const sample = () => {
    try {
      most = Math.max(most, memoryInUse(index));
    } catch (error) {
      console.error(messageOf(error));
    }
  };
  const timer = setInterval(sample, 250);
  return {
    most: () => {
      sample();
      return most;
    },
    stop: () => clearInterval(timer),
  };
}
