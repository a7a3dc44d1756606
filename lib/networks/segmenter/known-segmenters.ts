import type { Preprocessing } from '../../models/input/preprocessing.js';
import type { Graph, Shape } from '../../onnx/graph/graph.js';
import { sizeOf } from '../../tensor/tensor.js';

/** A published network whose file does not state its preprocessing and classes. */
export interface KnownSegmenter {
  readonly name: string;
  /** The features that identify it. */
  readonly signature: {
    readonly input: string;
    readonly output: string;
    readonly size: readonly [number, number];
    /** The number of learned parameters, because other networks use the same names. */
    readonly parameters: number;
  };
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
}

const person = ['background', 'person'];

/** Networks that separate people from the background. */
const knownSegmenters: readonly KnownSegmenter[] = [
  {
    // Park et al. 2020, "SINet: Extreme Lightweight Portrait Segmentation Networks".
    name: 'SINet',
    signature: { input: 'data', output: 'classifier/1', size: [320, 320], parameters: 92_710 },
    preprocessing: {
      order: 'bgr',
      scale: 255,
      mean: [102.89, 111.25, 126.91],
      std: [62.93 * 255, 62.82 * 255, 66.36 * 255],
    },
    classes: person,
  },
  {
    name: 'Prisma portrait',
    signature: { input: 'input_3', output: 'permute_1', size: [256, 256], parameters: 923_057 },
    preprocessing: { order: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    classes: person,
  },
  {
    // DeepLab v3+ on MobileNet v2.
    name: 'DeepLab portrait',
    signature: {
      input: 'MobilenetV2/MobilenetV2/input:0',
      output: 'transpose:0',
      size: [513, 513],
      parameters: 839_234,
    },
    preprocessing: { order: 'rgb', scale: 2, mean: [1, 1, 1], std: [1, 1, 1] },
    classes: person,
  },
];

/** The published network with these names of input and output, and this input size. */
export function knownSegmenterFor(input: string, shape: Shape, output: string): KnownSegmenter | undefined {
  return knownSegmenters.find(
    ({ signature }) =>
      signature.input === input &&
      signature.output === output &&
      signature.size.every((side, axis) => shape[axis + 2] === side),
  );
}

/** Whether a graph has as many parameters as the published network. */
export function hasParametersOf({ signature }: KnownSegmenter, { initializers }: Graph): boolean {
  const learned = [...initializers.values()].filter(
    ({ dtype, dims }) => dtype === 'float32' && dims.length > 0,
  );
  return learned.reduce((sum, { dims }) => sum + sizeOf(dims), 0) === signature.parameters;
}
