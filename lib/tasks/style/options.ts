import { choice, count, flag, number, seed } from '../../base/option-table.js';
import type { Image } from '../../image/image.js';
import type { Placement } from '../../runtime/types.js';
import type { LayerWeights } from '../common/layers.js';
import { largestSide } from '../dream/options.js';

/** The options of a style transfer that are numbers, words or flags, with their defaults. */
export const styleOptions = {
  size: number(512, 'longer side of the result, in pixels; 0: the size of the content', {
    min: 0,
    max: largestSide,
    integer: true,
    usual: [128, 1024],
  }),
  smallest: count(
    180,
    'longer side of the first size, in pixels; sizes grow from there by √2',
    16,
    [64, 512],
  ),
  iterations: count(150, 'iterations, for all sizes together', 1, [10, 500]),
  styleWeight: number(1, 'weight of the style loss', { min: 0, max: 1e9, usual: [0.01, 100] }),
  contentWeight: number(0.06, 'weight of the content loss', { min: 0, max: 1e9, usual: [0.001, 10] }),
  tvWeight: number(0.1, 'weight of the total variation, which smooths', {
    min: 0,
    max: 1e9,
    usual: [0.001, 10],
  }),
  statistics: choice(
    ['gram', 'wasserstein'],
    'gram',
    'statistics of a style: Gram matrices, or means and covariances compared by Wasserstein distance',
  ),
  styleScale: number(1, 'size of the style images relative to the result', {
    min: 0.1,
    max: 4,
    usual: [0.2, 3],
  }),
  init: choice(['content', 'style', 'noise'], 'content', 'initial picture'),
  keepColors: flag(false, "keep the content's colors: take only the lightness of the result"),
  optimizer: choice(
    ['lbfgs', 'adam'],
    'lbfgs',
    'L-BFGS converges in fewer iterations; Adam takes less memory',
  ),
  learningRate: number(0.02, "Adam's learning rate", { min: 1e-6, max: 1, usual: [0.001, 0.2] }),
  history: number(10, 'number of curvature pairs that L-BFGS keeps', {
    min: 1,
    max: 1000,
    integer: true,
    usual: [1, 50],
  }),
  tile: number(
    0,
    'largest side of a tile, in pixels; limits memory: larger pictures are computed in overlapping tiles, without seams, ' +
      'in more time; 0: the whole picture, or tiles if the memory does not suffice',
    { min: 0, max: largestSide, integer: true, usual: [0, 2048] },
  ),
  recompute: flag(
    false,
    'compute values again for the gradient instead of keeping them: less memory, more time',
  ),
  seed: seed(0, 'random seed: the same seed gives the same picture'),
} as const;

/** What `styleOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface StyleParameters {
  /**
   * Longer side of the result, in pixels; 0: the size of the content. A whole number from 0 to 100000.
   * @default 512
   */
  readonly size?: number | undefined;
  /**
   * Longer side of the first size, in pixels; sizes grow from there by √2. A whole number from 16 to
   * 1000000.
   * @default 180
   */
  readonly smallest?: number | undefined;
  /**
   * Iterations, for all sizes together. A whole number from 1 to 1000000.
   * @default 150
   */
  readonly iterations?: number | undefined;
  /**
   * Weight of the style loss. A number from 0 to 1000000000.
   * @default 1
   */
  readonly styleWeight?: number | undefined;
  /**
   * Weight of the content loss. A number from 0 to 1000000000.
   * @default 0.06
   */
  readonly contentWeight?: number | undefined;
  /**
   * Weight of the total variation, which smooths. A number from 0 to 1000000000.
   * @default 0.1
   */
  readonly tvWeight?: number | undefined;
  /**
   * Statistics of a style: Gram matrices, or means and covariances compared by Wasserstein distance.
   * @default 'gram'
   */
  readonly statistics?: 'gram' | 'wasserstein' | undefined;
  /**
   * Size of the style images relative to the result. A number from 0.1 to 4.
   * @default 1
   */
  readonly styleScale?: number | undefined;
  /**
   * Initial picture.
   * @default 'content'
   */
  readonly init?: 'content' | 'style' | 'noise' | undefined;
  /**
   * Keep the content's colors: take only the lightness of the result.
   * @default false
   */
  readonly keepColors?: boolean | undefined;
  /**
   * L-BFGS converges in fewer iterations; Adam takes less memory.
   * @default 'lbfgs'
   */
  readonly optimizer?: 'lbfgs' | 'adam' | undefined;
  /**
   * Adam's learning rate. A number from 0.000001 to 1.
   * @default 0.02
   */
  readonly learningRate?: number | undefined;
  /**
   * Number of curvature pairs that L-BFGS keeps. A whole number from 1 to 1000.
   * @default 10
   */
  readonly history?: number | undefined;
  /**
   * Largest side of a tile, in pixels; limits memory: larger pictures are computed in overlapping tiles,
   * without seams, in more time; 0: the whole picture, or tiles if the memory does not suffice. A whole
   * number from 0 to 100000.
   * @default 0
   */
  readonly tile?: number | undefined;
  /**
   * Compute values again for the gradient instead of keeping them: less memory, more time.
   * @default false
   */
  readonly recompute?: boolean | undefined;
  /**
   * Random seed: the same seed gives the same picture. A whole number.
   * @default 0
   */
  readonly seed?: number | undefined;
}

export interface StyleOptions extends StyleParameters {
  /** Layers whose features should match the content's, with weights. @default relu4_2 of VGG */
  readonly contentLayers?: LayerWeights | undefined;
  /** Layers whose statistics should match the styles', with relative weights. @default relu1_1 … relu5_1 of VGG */
  readonly styleLayers?: LayerWeights | undefined;
  /** The relative weight of each style. @default equal weights */
  readonly blend?: readonly number[] | undefined;
  /** The initial picture; overrides `init`. */
  readonly initImage?: Image | undefined;
  /** Where the transfer runs. @default where the network runs */
  readonly placement?: Placement | undefined;
  /** Bytes that a step may take. @default the free memory; no limit in browsers, which do not report it */
  readonly memoryLimit?: number | undefined;
  /** An abort rejects with the signal's reason; the last yielded step has the best picture so far. */
  readonly signal?: AbortSignal | undefined;
}
