import { buildUNet } from '../../lib/models/unet/build.js';
import { loadUNet } from '../../lib/models/unet/parameters.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { float32, type Float32Tensor } from '../../lib/tensor/tensor.js';
import type { Sample, TrainingData } from '../../lib/train/fit/data.js';
import { bce, dice, sum } from '../../lib/train/graph/losses.js';
import stored from './golden/unet.json' with { type: 'json' };

interface StoredWeight {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** The golden file of scripts/reference/training.py. */
export interface TrainingGolden {
  readonly start: Readonly<Record<string, StoredWeight>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly losses: readonly number[];
  readonly end: Readonly<Record<string, StoredWeight>>;
}

export const golden: TrainingGolden = stored;

export const unetLoss = sum({ bce: bce(), dice: dice() });

/** The small U-Net with its initial weights. */
export async function smallUNet({ start }: TrainingGolden = golden): Promise<Model> {
  const weights = new Map(
    Object.entries(start).map(([name, { dims, data }]) => {
      const weight: Float32Tensor = float32(data, dims);
      return [name, { dtype: weight.dtype, dims, load: () => Promise.resolve(weight) }];
    }),
  );
  return buildUNet(await loadUNet(weights), { batchNorm: 'keep' }).model;
}

/** The pictures and masks of the reference's steps, two per step. */
export function referenceData(steps: number): TrainingData {
  let state = 1;
  const numbers = (count: number) =>
    Float32Array.from({ length: count }, () => (state = (75 * state + 74) % 65537) / 65537);
  const samples: Sample[] = [];
  const area = 16 * 16;
  for (let step = 0; step < steps; step++) {
    const [images, targets] = [numbers(2 * area), numbers(2 * area).map((value) => (value > 0.5 ? 1 : 0))];
    for (const at of [0, area])
      samples.push({
        image: float32(images.slice(at, at + area), [1, 1, 16, 16]),
        target: float32(targets.slice(at, at + area), [1, 1, 16, 16]),
      });
  }
  return { length: samples.length, sample: (i) => Promise.resolve(samples[i]!) };
}
