// Training steps: a batch from the data to the updated weights.
import { trainingStep } from './cases/training-step.js';
import { runSuite } from './frame/run-suite.js';

await runSuite('Training', [
  trainingStep({ size: 128, batch: 4, quick: true }),
  trainingStep({ size: 256, batch: 4 }),
  trainingStep({ size: 512, batch: 1 }),
]);
