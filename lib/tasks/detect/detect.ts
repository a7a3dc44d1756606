import { check, type OptionKinds, optionsFor } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { number, resolveOptions } from '../../base/option-table.js';
import type { Image } from '../../image/image.js';
import {
  type Detection,
  detectKinds,
  type DetectOptions,
  type Detector,
} from '../../networks/detector/detector.js';
import { eachOutcome, type Outcome, type Pictures } from '../common/pictures.js';

/** The options of `detectEach` beside those of `detect`. */
export const detectEachOptions = {
  batch: number(
    4,
    'pictures computed at once, if the network supports batches; twice as many are in memory',
    {
      min: 1,
      max: 1000,
      integer: true,
      usual: [1, 16],
    },
  ),
} as const;

/** What `detectEachOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface DetectEachParameters {
  /**
   * Pictures computed at once, if the network supports batches; twice as many are in memory. A whole number
   * from 1 to 1000.
   * @default 4
   */
  readonly batch?: number | undefined;
}

export interface DetectEachOptions extends DetectOptions, DetectEachParameters {}

export const detectEachKinds: OptionKinds<DetectEachOptions> = { ...detectKinds, ...detectEachOptions };

/**
 * Finds the objects in a picture, the highest score first; the list is empty if there are none.
 *
 *     for (const { label, box, score } of await detect(network, photograph, { score: 0.3 })) …
 *
 * @throws OneirosError `bad-argument` for an option out of range; as `Session.run` does; the signal's reason after an
 *   abort
 */
export async function detect(
  network: Detector,
  picture: Image,
  options: DetectOptions = {},
): Promise<readonly Detection[]> {
  check(
    'detect',
    { network: [network, kind.detector], picture: [picture, kind.image] },
    options,
    detectKinds,
  );
  return network.detect(picture, options);
}

/**
 * Finds the objects in each of many pictures, in order. A picture that fails yields its error; the others continue.
 * YOLOX, whose input has one size, computes `batch` pictures at once, with the same results as one at a time. Other
 * networks, such as Faster R-CNN, compute one picture at a time and prepare the next one meanwhile.
 *
 *     const pictures = paths.map((path) => ({ key: path, image: () => readImage(path) }));
 *     for await (const { key, detections, error } of detectEach(network, pictures)) …
 *
 * @throws OneirosError `bad-argument` for an option out of range; the signal's reason after an abort, between two
 *   batches
 */
export async function* detectEach<K>(
  network: Detector,
  pictures: Pictures<K>,
  options: DetectEachOptions = {},
): AsyncGenerator<Outcome<K, { readonly detections: readonly Detection[] }>, void> {
  check(
    'detectEach',
    { network: [network, kind.detector], pictures: [pictures, kind.iterable] },
    options,
    detectEachKinds,
  );
  const { batch } = resolveOptions(detectEachOptions, options);
  const settings = { batch: network.batches ? batch : 1, overlaps: true, signal: options.signal };
  yield* eachOutcome(pictures, settings, async (images) => {
    const found = await network.detectAll(images, optionsFor(detectKinds, options));
    return found.map((detections) => ({ detections }));
  });
}
