import { check, type OptionKinds } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { count, number, type OptionValues, resolveOptions } from '../../base/options.js';
import type { Image } from '../../image/image.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from '../image-network.js';

/** Left, top, right and bottom edge, in pixels of the picture; x to the right, y down, from its upper left corner. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** One object of a picture. */
export interface Detection {
  readonly box: Box;
  /** The name of its class. */
  readonly label: string;
  /** The number of its class, as the network and its data set have it. */
  readonly labelId: number;
  /** How sure the network is, in [0, 1]. */
  readonly score: number;
}

export const detectOptions = {
  score: number(0.5, 'the score that a detection must have', { min: 0, max: 1 }),
  limit: count(100, 'how many detections in a picture at the most, the best first', 1, [1, 100]),
} as const;

/** What `detectOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface DetectParameters {
  /**
   * The score that a detection must have. A number from 0 to 1.
   * @default 0.5
   */
  readonly score?: number | undefined;
  /**
   * How many detections in a picture at the most, the best first. A whole number from 1 to 1000000.
   * @default 100
   */
  readonly limit?: number | undefined;
}

export interface DetectOptions extends DetectParameters, RunSettings {}

export const detectKinds: OptionKinds<DetectOptions> = { ...detectOptions, ...runSettingsKinds };

/** What a detector goes by once defaults are filled in. */
export type DetectSettings = OptionValues<typeof detectOptions> & RunSettings;

export interface DetectorParts extends NetworkParts {
  /** Names of the classes, by their number. */
  readonly labels: readonly string[];
}

/** A network that finds objects in pictures: any number of them, each with its class, its box and a score. */
export abstract class Detector extends ImageNetwork {
  readonly labels: readonly string[];
  /**
   * Whether several pictures are computed at once: where the network sees all of them at one size, and nothing in its graph
   * mixes them.
   */
  readonly batches: boolean = false;

  constructor(parts: DetectorParts) {
    super(parts);
    this.labels = parts.labels;
  }

  /**
   * The objects in a picture, the surest first; an empty list where there are none.
   * @throws OneirosError `bad-argument` for an option out of range; as `Session.run` does
   */
  async detect(picture: Image, options: DetectOptions = {}): Promise<readonly Detection[]> {
    check('Detector.detect', { picture: [picture, kind.image] }, options, detectKinds);
    return this.find(picture, { ...resolveOptions(detectOptions, options), signal: options.signal });
  }

  /**
   * The objects in each of some pictures, which are computed at once if `batches`, else one by one. `detectEach` takes many,
   * a few at a time.
   * @throws OneirosError as `detect` does: where one picture fails all do
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

  /** Detections with at least the score, in order, as many as the limit allows. */
  protected abstract find(picture: Image, settings: DetectSettings): Promise<readonly Detection[]>;

  protected labelOf(labelId: number): string {
    return this.labels[labelId] ?? `class ${labelId}`;
  }
}
