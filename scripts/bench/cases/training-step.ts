import { float32, random } from '../../../lib/api/runtime.js';
import { buildUNet, fit, initialUNet, losses, optimizers } from '../../../lib/api/train.js';
import { type Case, contender, timed } from '../frame/case.js';
import { torchForms } from './image-gradient.js';

/** Channels of the U-Net's levels, 1.9 million parameters in all. */
export const unetWidths = [16, 32, 64, 128, 256];

/** More steps than any number of rounds needs. */
const endless = 1_000_000;

/** A training step of a U-Net with batch normalization: BCE and Dice, Adam. */
export function trainingStep({
  size,
  batch,
  quick = false,
}: {
  size: number;
  batch: number;
  quick?: boolean;
}): Case {
  return {
    name: `U-Net training step, batch ${batch}`,
    size,
    quick,
    async open(bench) {
      const parameters = initialUNet({ channels: 1, classes: 1, widths: unetWidths });
      const stream = random(1);
      const plane = (value: () => number) =>
        float32(Float32Array.from({ length: size * size }, value), [1, 1, size, size]);
      const sample = { image: plane(() => stream.uniform()), target: plane(() => stream.integer(0, 1)) };
      const steps = fit(
        buildUNet(parameters, { batchNorm: 'keep' }).model,
        { length: batch, sample: () => Promise.resolve(sample) },
        {
          loss: losses.sum({ bce: losses.bce(), dice: losses.dice() }),
          optimizer: optimizers.adam(),
          batch,
          steps: endless,
          placement: bench.taskPlacement,
        },
      );
      const run = async () => {
        await steps.next();
        return [];
      };
      return [
        contender(
          'oneiros',
          () => timed(run),
          () => steps.return(undefined),
        ),
        ...(await bench.peers({ task: 'train.unet', size, batch }, torchForms(size, bench))),
      ];
    },
  };
}
