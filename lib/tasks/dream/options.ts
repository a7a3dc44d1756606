import { choice, count, flag, number, seed } from '../../base/option-table.js';
import type { Image } from '../../image/image.js';
import type { Placement } from '../../runtime/types.js';
import type { LayerWeights } from '../common/layers.js';

/** Longer sides are not portable in any of the image formats. */
export const largestSide = 100_000;

/**
 * The options of a dream that are numbers, words or flags. The defaults are those of Mordvintsev's DeepDream notebook
 * (2015), unless noted.
 */
export const dreamOptions = {
  size: number(512, 'longer side of the result, in pixels; 0: the size of the photograph', {
    min: 0,
    max: largestSide,
    integer: true,
    usual: [128, 1024],
  }),
  octaves: number(4, 'number of sizes at which to dream, from small to large', {
    min: 1,
    max: 100,
    integer: true,
    usual: [1, 8],
  }),
  octaveScale: number(1.4, 'ratio of each size to the previous one', {
    min: 1.01,
    max: 10,
    usual: [1.1, 2],
  }),
  steps: number(10, 'gradient steps in each octave', { min: 1, max: 10_000, integer: true, usual: [1, 50] }),
  stepSize: number(1.5, 'length of a step, in 8-bit levels per unit of the normalized gradient', {
    min: 0,
    max: 1000,
    usual: [0, 6],
  }),
  objective: choice(
    ['l2', 'mean'],
    'l2',
    'objective to maximize: half the mean square of the activations, or their mean',
  ),
  normalization: choice(
    ['mean-abs', 'std', 'rms', 'l2'],
    'mean-abs',
    'measure of the gradient that it is divided by',
  ),
  jitter: number(32, 'largest random shift of the picture before a step, in pixels', {
    min: 0,
    max: 10_000,
    integer: true,
    usual: [0, 64],
  }),
  smooth: number(0, 'σ of a Gaussian blur of the gradient, in pixels; 0: none', {
    min: 0,
    max: 100,
    usual: [0, 4],
  }),
  cascade: flag(false, 'blur the gradient by σ/2, σ and 2σ and average the three'),
  laplacian: number(
    0,
    'levels of a Laplacian pyramid that makes all scales of the gradient equally strong; 0: none',
    { min: 0, max: 20, integer: true, usual: [0, 6] },
  ),
  // The notebook does not tile. With this side, a GoogLeNet gradient takes less than 1 GB.
  tile: count(
    768,
    'largest side of a tile, in pixels; limits memory: larger pictures are cut at random positions',
    64,
    [256, 2048],
  ),
  recompute: flag(
    false,
    'compute values again for the gradient instead of keeping them: less memory, more time',
  ),
  seed: seed(0, 'random seed: the same seed gives the same picture'),
} as const;

/** What `dreamOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface DreamParameters {
  /**
   * Longer side of the result, in pixels; 0: the size of the photograph. A whole number from 0 to 100000.
   * @default 512
   */
  readonly size?: number | undefined;
  /**
   * Number of sizes at which to dream, from small to large. A whole number from 1 to 100.
   * @default 4
   */
  readonly octaves?: number | undefined;
  /**
   * Ratio of each size to the previous one. A number from 1.01 to 10.
   * @default 1.4
   */
  readonly octaveScale?: number | undefined;
  /**
   * Gradient steps in each octave. A whole number from 1 to 10000.
   * @default 10
   */
  readonly steps?: number | undefined;
  /**
   * Length of a step, in 8-bit levels per unit of the normalized gradient. A number from 0 to 1000.
   * @default 1.5
   */
  readonly stepSize?: number | undefined;
  /**
   * Objective to maximize: half the mean square of the activations, or their mean.
   * @default 'l2'
   */
  readonly objective?: 'l2' | 'mean' | undefined;
  /**
   * Measure of the gradient that it is divided by.
   * @default 'mean-abs'
   */
  readonly normalization?: 'mean-abs' | 'std' | 'rms' | 'l2' | undefined;
  /**
   * Largest random shift of the picture before a step, in pixels. A whole number from 0 to 10000.
   * @default 32
   */
  readonly jitter?: number | undefined;
  /**
   * σ of a Gaussian blur of the gradient, in pixels; 0: none. A number from 0 to 100.
   * @default 0
   */
  readonly smooth?: number | undefined;
  /**
   * Blur the gradient by σ/2, σ and 2σ and average the three.
   * @default false
   */
  readonly cascade?: boolean | undefined;
  /**
   * Levels of a Laplacian pyramid that makes all scales of the gradient equally strong; 0: none. A whole
   * number from 0 to 20.
   * @default 0
   */
  readonly laplacian?: number | undefined;
  /**
   * Largest side of a tile, in pixels; limits memory: larger pictures are cut at random positions. A whole
   * number from 64 to 1000000.
   * @default 768
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

export interface DreamOptions extends DreamParameters {
  /**
   * The layers to maximize, with weights; `'layer:channel'` is a single channel. Negative weights minimize.
   * @default the network's default layer: inception_4c/output of GoogLeNet, relu4_3 of VGG
   */
  readonly layers?: LayerWeights | undefined;
  /** Dreams toward this picture: at each position, the guide's best-matching features are maximized. */
  readonly guide?: Image | undefined;
  /** Where the dream runs. @default where the network runs */
  readonly placement?: Placement | undefined;
  /** Bytes that a step may take. @default the free memory; no limit in browsers, which do not report it */
  readonly memoryLimit?: number | undefined;
  /** An abort rejects with the signal's reason before the next step; the last yielded step has the picture so far. */
  readonly signal?: AbortSignal | undefined;
}

/** How a zoom sequence moves from one frame to the next. */
export const zoomOptions = {
  frames: number(1, 'number of pictures in a zoom sequence', { min: 1, max: 100_000, integer: true }),
  zoom: number(1.05, 'enlargement per frame', { min: 0.1, max: 10 }),
  rotate: number(0, 'clockwise rotation per frame, in degrees', { min: -360, max: 360 }),
} as const;

/** What `zoomOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface ZoomParameters {
  /**
   * Number of pictures in a zoom sequence. A whole number from 1 to 100000.
   * @default 1
   */
  readonly frames?: number | undefined;
  /**
   * Enlargement per frame. A number from 0.1 to 10.
   * @default 1.05
   */
  readonly zoom?: number | undefined;
  /**
   * Clockwise rotation per frame, in degrees. A number from -360 to 360.
   * @default 0
   */
  readonly rotate?: number | undefined;
}

/** The options of a dream and of a zoom sequence. */
export interface DreamZoomOptions extends DreamOptions, ZoomParameters {}
