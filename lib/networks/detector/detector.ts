import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { count, number, type OptionValues, resolveOptions } from '../../base/option-table.js';
import type { Image } from '../../image/image.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from '../image-network.js';

/** Left, top, right and bottom edge in pixels, from the picture's upper left corner: x to the right, y down. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** One object in a picture. */
export interface Detection {
  readonly box: Box;
  /** The name of its class. */
  readonly label: string;
  /** The number of its class in the network and its data set. */
  readonly labelId: number;
  /** The confidence of the network, in [0, 1]. */
  readonly score: number;
}

export const detectOptions = {
  score: number(0.5, 'the lowest score of a detection', { min: 0, max: 1 }),
  limit: count(100, 'the maximum number of detections in a picture, best first', 1, [1, 100]),
} as const;

/** What `detectOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface DetectParameters {
  /**
   * The lowest score of a detection. A number from 0 to 1.
   * @default 0.5
   */
  readonly score?: number | undefined;
  /**
   * The maximum number of detections in a picture, best first. A whole number from 1 to 1000000.
   * @default 100
   */
  readonly limit?: number | undefined;
}

export interface DetectOptions extends DetectParameters, RunSettings {}

export const detectKinds: OptionKinds<DetectOptions> = { ...detectOptions, ...runSettingsKinds };

/** The options of a detector after defaults are filled in. */
export type DetectSettings = OptionValues<typeof detectOptions> & RunSettings;

export interface DetectorParts extends NetworkParts {
  /** Names of the classes, by their number. */
  readonly labels: readonly string[];
}

/** A network that finds the objects in a picture, each with its class, box and score. */
export abstract class Detector extends ImageNetwork {
  readonly labels: readonly string[];
  /**
   * Whether several pictures are computed at once. This requires that the network scales all pictures to one size, and
   * that its graph does not mix pictures.
   */
  readonly batches: boolean = false;

  constructor(parts: DetectorParts) {
    super(parts);
    this.labels = parts.labels;
  }

  /**
   * The objects in a picture, sorted by descending score; an empty list if there are none.
   * @throws OneirosError `bad-argument` for an option out of range; as `Session.run` does
   */
  async detect(picture: Image, options: DetectOptions = {}): Promise<readonly Detection[]> {
    check('Detector.detect', { picture: [picture, kind.image] }, options, detectKinds);
    return this.find(picture, { ...resolveOptions(detectOptions, options), signal: options.signal });
  }

  /**
   * The objects in each picture. If `batches`, all pictures are computed at once, otherwise one by one. For many
   * pictures, use `detectEach`, which processes a few at a time.
   * @throws OneirosError as `detect` does, for all pictures if one fails
   */
  async detectAll(
    pictures: readonly Image[],
    options: DetectOptions = {},
  ): Promise<readonly (readonly Detection[])[]> {
    check('Detector.detectAll', { pictures: [pictures, kind.images] }, options, detectKinds);
    return this.findAll(pictures, { ...resolveOptions(detectOptions, options), signal: options.signal });
  }

  protected async findAll(
    pictures: readonly Image[],
    settings: DetectSettings,
  ): Promise<readonly (readonly Detection[])[]> {
    const found: (readonly Detection[])[] = [];
    for (const picture of pictures) found.push(await this.find(picture, settings));
    return found;
  }

  /** Up to `limit` detections with a score of at least `score`, sorted by descending score. */
  protected abstract find(picture: Image, settings: DetectSettings): Promise<readonly Detection[]>;

  protected labelOf(labelId: number): string {
    return this.labels[labelId] ?? `class ${labelId}`;
  }
}
