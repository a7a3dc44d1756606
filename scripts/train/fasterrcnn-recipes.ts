import type { Size } from '../../lib/image/image.js';
import type { TrainingTraits } from '../../lib/models/faster-rcnn/losses.js';
import type { SlimOptions } from '../../lib/models/faster-rcnn/slim.js';
import type { DetectionAugmentation } from '../../lib/train/detection/augment.js';

/** The recipe for training one of the small Faster R-CNNs. */
export interface Recipe {
  /** Names of the classes by index, the background first. */
  readonly labels: readonly string[];
  readonly shape: Omit<SlimOptions, 'seed' | 'vgg'>;
  /** A shipped network to start from, and its frozen layers. @default a residual network with random weights */
  readonly backbone?: { readonly file: string; readonly frozen: RegExp };
  /** The size to which larger pictures are reduced in memory. */
  readonly kept: Size;
  /** The size of training pictures. */
  readonly size: Size;
  readonly augmentation: Partial<DetectionAugmentation>;
  /** Options that differ from the slim network's. */
  readonly traits: Partial<TrainingTraits>;
  readonly epochs: number;
  readonly accumulate: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Epochs between two validations. */
  readonly validateEvery: number;
}

export const recipes: Readonly<Record<string, Recipe>> = {
  cells: {
    labels: ['background', 'RBC', 'WBC', 'Platelets'],
    shape: { classes: 4 },
    kept: { width: 384, height: 288 },
    size: { width: 384, height: 288 },
    augmentation: { horizontal: true, vertical: true, color: 0.1 },
    traits: {},
    epochs: 16,
    accumulate: 4,
    learningRate: 1e-3,
    seed: 1,
    validateEvery: 4,
  },
  animals: {
    labels: ['background', 'raccoon', 'kangaroo'],
    shape: { classes: 3, features: 240 },
    backbone: { file: 'vgg19-slim.onnx', frozen: /body\.conv[123]_/ },
    kept: { width: 384, height: 384 },
    size: { width: 320, height: 320 },
    augmentation: {
      horizontal: true,
      color: 0.15,
      canvas: { width: 320, height: 320 },
      scale: [0.7, 1.4],
      stretch: 0.3,
    },
    traits: {
      minSize: 320,
      maxSize: 320,
      anchorSizes: [
        [32, 48],
        [64, 96],
        [128, 180],
        [224, 300],
      ],
    },
    epochs: 36,
    accumulate: 4,
    learningRate: 1e-3,
    seed: 1,
    validateEvery: 4,
  },
};
