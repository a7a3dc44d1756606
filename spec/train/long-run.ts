// A training run to be killed: node … long-run.ts CHECKPOINT [STEP WAIT]. Prints each step, and at the end a hash of
// the weights. It is killed WAIT ms after STEP, before it can print the hash.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { adam } from '../../lib/optim/adam.js';
import { augmentation } from '../../lib/train/augment/augment.js';
import { checkpointFile, type CheckpointStore } from '../../lib/train/fit/checkpoint-store.js';
import { fit } from '../../lib/train/fit/fit.js';
import type { FitOptions } from '../../lib/train/fit/options.js';
import { cosine } from '../../lib/train/fit/schedule.js';
import type { TrainingStep } from '../../lib/train/fit/training-state.js';
import { referenceData, smallUNet, unetLoss } from './u-net.js';

export const runSteps = 14;

/** Some steps of a small U-Net with all features of a run: shuffling, augmentation, a schedule, running statistics. */
export async function longRun(
  checkpoint: CheckpointStore | undefined,
  tell: (step: TrainingStep) => void = () => undefined,
  options: Partial<FitOptions> = {},
): Promise<string> {
  let fingerprint = '';
  for await (const step of fit(await smallUNet(), referenceData(4), {
    loss: unetLoss,
    optimizer: adam({ learningRate: 0.01 }),
    schedule: cosine({ warmUp: 0.1 }),
    augment: augmentation({
      crop: 8,
      flips: true,
      rotations: true,
      elastic: { deviation: 1 },
      contrast: 0.2,
    }),
    batch: 2,
    steps: runSteps,
    checkpoint,
    checkpointEvery: 3,
    recipe: { rate: 0.01 },
    placement: { isolation: 'none', threads: 1 },
    ...options,
  })) {
    tell(step);
    if (step.done === step.total) fingerprint = fingerprintOf(step);
  }
  return fingerprint;
}

/** A hash of every bit of every weight. */
export function fingerprintOf(step: TrainingStep): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of step.weights())
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , path = '', last, wait] = process.argv;
  const fingerprint = await longRun(checkpointFile(path), ({ done: step }) => {
    process.stdout.write(`step ${step}\n`);
    if (step === Number(last)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(wait));
  });
  if (last !== undefined) await new Promise(() => undefined);
  process.stdout.write(`learned ${fingerprint}\n`);
}
