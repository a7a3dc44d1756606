import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { flag, number, resolveOptions } from '../../base/option-table.js';
import type { Rectangle } from '../../image/geometry/crop.js';
import { resize } from '../../image/geometry/resize.js';
import { type Image, type Planes, planes, planesFromTensor, type Size, toTensor } from '../../image/image.js';
import { type LabelValue, maxClasses, usualValues } from '../../labels/classes.js';
import { float32Of } from '../../tensor/results.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from '../image-network.js';
import { type PictureSource, pictureSource } from './picture-source.js';
import { tiled } from './run-tiles.js';
import { type Segmentation, SegmentationBuilder } from './segmentation.js';
import { standardizationOf, standardized } from './standardize.js';
import { type Tiling, tilingOptions } from './tiling.js';

export interface SegmenterParts extends NetworkParts {
  /** The value that holds probabilities, 1×planes×height×width. */
  readonly probabilities: string;
  /** The number of planes. */
  readonly planes: number;
  /**
   * Whether there is a plane for every class, and they add up to 1; otherwise one for each class except the background.
   */
  readonly exclusive: boolean;
  /** Names of the classes. If they are not exclusive, the background comes first, and has no plane. */
  readonly classes: readonly string[];
  /** The values of the classes in label pictures. @default 0 and 255 for two classes, the class numbers for more */
  readonly values?: readonly LabelValue[] | undefined;
  /** The fixed size of picture that the graph takes; `null` if it takes any size. */
  readonly size: Size | null;
  /** Constraints on tiles. */
  readonly tiling: Omit<Tiling, 'tile'>;
  /** Whether the network was trained on pictures whose channels each have mean 0 and standard deviation 1. */
  readonly standardize?: boolean;
}

export const segmentOptions = {
  ...tilingOptions,
  threshold: number(0.5, 'the probability above which a pixel is not background', { min: 0, max: 1 }),
  probabilities: flag(true, 'keep the probabilities of all classes, not only the most probable class'),
} as const;

/** What `segmentOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface SegmentParameters {
  /**
   * The largest side of a tile, which is computed at once, in pixels. A whole number from 64 to 1000000.
   * @default 1024
   */
  readonly tile?: number | undefined;
  /**
   * The probability above which a pixel is not background. A number from 0 to 1.
   * @default 0.5
   */
  readonly threshold?: number | undefined;
  /**
   * Keep the probabilities of all classes, not only the most probable class.
   * @default true
   */
  readonly probabilities?: boolean | undefined;
}

export interface SegmentOptions extends SegmentParameters, RunSettings {
  /** Called after each row of tiles with the number of tiles done, and of all tiles. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export const segmentKinds: OptionKinds<SegmentOptions> = {
  ...segmentOptions,
  ...runSettingsKinds,
  onProgress: kind.function,
};

/** A network that gives the class of every pixel. */
export class Segmenter extends ImageNetwork {
  readonly classes: readonly string[];
  /** The values of the classes in label pictures: those of the masks it was trained with, if known. */
  readonly values: readonly LabelValue[];
  /** Whether each channel of a picture is standardized to mean 0 and standard deviation 1 before the graph runs. */
  readonly standardizes: boolean;
  readonly #parts: SegmenterParts;

  constructor(parts: SegmenterParts) {
    super(parts);
    this.classes = parts.classes;
    this.values = parts.values ?? usualValues(parts.classes.length);
    this.standardizes = parts.standardize ?? false;
    this.#parts = parts;
    const expected = parts.planes + (parts.exclusive ? 0 : 1);
    if (this.values.length !== this.classes.length)
      throw new OneirosError(
        'bad-argument',
        `there are ${this.classes.length} classes, but ${this.values.length} values for them`,
      );
    if (parts.classes.length !== expected || expected > maxClasses)
      throw new OneirosError(
        'bad-argument',
        `${parts.name} has ${expected} classes (at most ${maxClasses} are supported), but ${parts.classes.length} names were given`,
      );
  }

  /**
   * The class of every pixel of a picture of any size. A picture larger than a tile is computed in overlapping tiles,
   * which are blended. For a network with a fixed input size, the whole picture is resized to that size instead.
   * @throws OneirosError `runtime` if the network's result has a wrong type or shape; as `Session.run` does
   */
  async segment(picture: Image | PictureSource, options: SegmentOptions = {}): Promise<Segmentation> {
    check('Segmenter.segment', { picture: [picture, kind.pictureSource] }, options, segmentKinds);
    const { tile, threshold, probabilities } = resolveOptions(segmentOptions, options);
    const { signal, onProgress } = options;
    const { exclusive, classes, tiling, size } = this.#parts;
    const source = pictureSource(picture);
    const decision = { exclusive, threshold };
    const result = new SegmentationBuilder(source, classes, decision, probabilities, this.values);
    const compute = await this.#computeOn(source, signal);
    const whole = { ...tiling, tile: Math.max(source.width, source.height) };
    for await (const band of tiled(source, size === null ? { ...tiling, tile } : whole, compute)) {
      result.add(band.planes, band.y);
      onProgress?.(band.done, band.total);
    }
    return result.finish();
  }

  /** Returns a function that computes the probabilities within a rectangle of the picture. */
  async #computeOn(source: PictureSource, signal: AbortSignal | undefined) {
    const { size } = this.#parts;
    const statistics = this.standardizes ? await standardizationOf(source) : null;
    return async (rectangle: Rectangle): Promise<Planes> => {
      signal?.throwIfAborted();
      const read = await source.read(rectangle);
      const seen = statistics === null ? read : standardized(read, statistics);
      if (size === null) return this.#probabilities(seen, signal);
      const small = await this.#probabilities(resize(seen, size), signal);
      return resize(small, rectangle, { antialias: false });
    };
  }

  async #probabilities(image: Image, signal: AbortSignal | undefined): Promise<Planes> {
    const { probabilities: name, planes: expected } = this.#parts;
    const results = await this.run([name], toTensor(image), signal);
    const result = float32Of(results, name, [1, expected, 'height', 'width']);
    const raw = planesFromTensor(result);
    return raw.width === image.width && raw.height === image.height
      ? raw
      : resize(planes(expected, raw, raw.data), image, { antialias: false });
  }
}
