import type { OptionKinds } from '../../base/check-arguments.js';
import { arrayOf, kind } from '../../base/kinds.js';
import { anchorSizes } from './anchors.js';
/**
 * The settings of a Faster R-CNN that do not follow from its weights. Names are the usual ones, defaults are
 * torchvision's for COCO. Sizes and distances are in pixels of the resized picture.
 */
export interface FasterRcnnTraits {
  /** The picture is resized so that its shorter side has this length, in pixels … */
  readonly minSize: number;
  /** … unless its longer side would exceed this: then the longer side gets this length. */
  readonly maxSize: number;
  /** Sides of the square anchors, in pixels: one list for all levels, or one list for each level, finest first. */
  readonly anchorSizes: readonly (readonly number[])[];
  /** Height over width of anchors. */
  readonly aspectRatios: readonly number[];
  /** The number of best proposals kept on each level before non-maximum suppression. */
  readonly preNmsTopN: number;
  /** The number of proposals kept after non-maximum suppression. */
  readonly postNmsTopN: number;
  /** The IoU threshold of non-maximum suppression among proposals, in [0, 1]. */
  readonly rpnNms: number;
  /** The lowest objectness of a proposal, in [0, 1]. */
  readonly rpnScore: number;
  /** Detections must have a higher score than this, in [0, 1]. */
  readonly score: number;
  /** The IoU threshold of non-maximum suppression among detections of a class, in [0, 1]. */
  readonly nms: number;
  /** The maximum number of detections in a picture. */
  readonly limit: number;
  /** The ε that batch normalization adds to the variance. */
  readonly epsilon: number;
}

export const traitKinds: OptionKinds<Partial<FasterRcnnTraits>> = {
  minSize: kind.number,
  maxSize: kind.number,
  anchorSizes: arrayOf(kind.numbers),
  aspectRatios: kind.numbers,
  preNmsTopN: kind.number,
  postNmsTopN: kind.number,
  rpnNms: kind.number,
  rpnScore: kind.number,
  score: kind.number,
  nms: kind.number,
  limit: kind.number,
  epsilon: kind.number,
};

const resnetTraits: FasterRcnnTraits = {
  minSize: 800,
  maxSize: 1333,
  anchorSizes: anchorSizes.resnet,
  aspectRatios: [0.5, 1, 2],
  preNmsTopN: 1000,
  postNmsTopN: 1000,
  rpnNms: 0.7,
  rpnScore: 0,
  score: 0.05,
  nms: 0.5,
  limit: 100,
  epsilon: 1e-5,
};
const mobilenetTraits: FasterRcnnTraits = {
  ...resnetTraits,
  anchorSizes: anchorSizes.mobilenet,
  rpnScore: 0.05,
};

/** The settings of torchvision's published networks, by their names without `fasterrcnn_`. */
export const fasterRcnnVariants = {
  resnet50_fpn: resnetTraits,
  resnet50_fpn_v2: resnetTraits,
  mobilenet_v3_large_fpn: mobilenetTraits,
  mobilenet_v3_large_320_fpn: {
    ...mobilenetTraits,
    minSize: 320,
    maxSize: 640,
    preNmsTopN: 150,
    postNmsTopN: 150,
  },
} as const satisfies Readonly<Record<string, FasterRcnnTraits>>;

export type FasterRcnnVariant = keyof typeof fasterRcnnVariants;
export const variantNames: readonly FasterRcnnVariant[] = [
  'resnet50_fpn',
  'resnet50_fpn_v2',
  'mobilenet_v3_large_fpn',
  'mobilenet_v3_large_320_fpn',
];

/** Proposals with a shorter side are dropped. */
export const smallestProposal = 1e-3;
/** Detections with a shorter side are dropped. */
export const smallestDetection = 1e-2;
/** The factors of the second stage's box offsets; the first stage has none. */
export const boxWeights = [10, 10, 5, 5] as const;
/** The largest natural logarithm of the factor by which a box may grow. */
export const largestGrowth = Math.log(1000 / 16);
