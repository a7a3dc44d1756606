import { check, type OptionKinds, optionsFor } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { count, type Given, number, type OptionValues, resolveOptions } from '../../base/options.js';
import type { Image } from '../../image/image.js';
import { inBatches } from '../batches.js';
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

export const detectManyOptions = {
  batch: number(4, 'pictures computed at once, if the network can; twice as many are held in memory', {
    min: 1,
    max: 1000,
    integer: true,
    usual: [1, 16],
  }),
} as const;

export interface DetectOptions extends Given<typeof detectOptions>, RunSettings {}

export const detectKinds: OptionKinds<DetectOptions> = { ...detectOptions, ...runSettingsKinds };

export interface DetectManyOptions extends DetectOptions, Given<typeof detectManyOptions> {}

export const detectManyKinds: OptionKinds<DetectManyOptions> = { ...detectKinds, ...detectManyOptions };

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
   * The objects in each of some pictures, which are computed at once if `batches`, else one by one. `detect` does many of
   * them, a few at a time.
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

/**
 * The objects in one picture, or in each of many, in their order. A network that can (a YOLOX: it sees all pictures at one
 * size) computes many `batch` at a time, with the results of one at a time; on a CPU that saves about a twentieth. Others,
 * such as a Faster R-CNN, whose graph is of one picture of any size, compute them one by one, and the next is prepared
 * while one is computed.
 *
 *     for (const { label, box, score } of await detect(network, photograph, { score: 0.3 })) …
 *
 * @throws OneirosError as `Detector.detect` does; the signal's reason after an abort, which takes effect between two batches
 */
export function detect(
  network: Detector,
  picture: Image,
  options?: DetectOptions,
): Promise<readonly Detection[]>;
export function detect(
  network: Detector,
  pictures: readonly Image[],
  options?: DetectManyOptions,
): Promise<readonly (readonly Detection[])[]>;
export async function detect(
  network: Detector,
  pictures: Image | readonly Image[],
  options: DetectManyOptions = {},
): Promise<readonly Detection[] | readonly (readonly Detection[])[]> {
  check(
    'detect',
    { network: [network, kind.detector], pictures: [pictures, kind.imageOrImages] },
    options,
    detectManyKinds,
  );
  if ('data' in pictures) return network.detect(pictures, optionsFor(detectKinds, options));
  const found: (readonly Detection[])[] = [];
  const compute = (group: readonly Image[]) => network.detectAll(group, optionsFor(detectKinds, options));
  for await (const detections of inBatches(pictures, batchOf(network, options), compute))
    found.push(detections);
  return found;
}

/** How many pictures a network is given at once. @throws OneirosError `bad-argument` for a batch of none */
export function batchOf(network: Detector, options: Given<typeof detectManyOptions>): number {
  const { batch } = resolveOptions(detectManyOptions, options);
  return network.batches ? batch : 1;
}
