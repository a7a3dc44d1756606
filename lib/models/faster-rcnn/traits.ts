import type { OptionKinds } from '../../base/arguments.js';
import { arrayOf, kind } from '../../base/kinds.js';
/**
 * What of a Faster R-CNN its weights do not tell. The names are the field's, the numbers torchvision's for COCO; sizes and
 * distances are pixels of the resized picture.
 */
export interface FasterRcnnTraits {
  /** A picture is resized so that its shorter side is this long … */
  readonly minSize: number;
  /** … unless its longer side became longer than this. */
  readonly maxSize: number;
  /** Sides of the square anchors of each level of features, from the finest; one list for all levels, or one a level. */
  readonly anchorSizes: readonly (readonly number[])[];
  /** Height over width of anchors. */
  readonly aspectRatios: readonly number[];
  /** How many of a level's best proposals are looked at. */
  readonly preNmsTopN: number;
  /** How many proposals go on. */
  readonly postNmsTopN: number;
  readonly rpnNms: number;
  /** The objectness that a proposal must have. */
  readonly rpnScore: number;
  /** The score that a detection must exceed. */
  readonly score: number;
  readonly nms: number;
  /** How many detections there are in a picture at the most. */
  readonly limit: number;
  /** Added to the variance by batch normalization. */
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
  anchorSizes: [[32], [64], [128], [256], [512]],
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
  anchorSizes: [[32, 64, 128, 256, 512]],
  rpnScore: 0.05,
};

/** The numbers that go with published weights, by what torchvision calls them without `fasterrcnn_`. */
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

/** Boxes smaller than this on a side are no proposals. */
export const smallestProposal = 1e-3;
/** Boxes smaller than this on a side are no detections. */
export const smallestDetection = 1e-2;
/** By what a box's offsets are multiplied: the second stage's, and none for the first. */
export const boxWeights = [10, 10, 5, 5] as const;
/** A box does not grow by more than e to this. */
export const largestGrowth = Math.log(1000 / 16);
