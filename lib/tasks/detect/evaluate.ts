import { check, type OptionKinds, optionsFor } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { evaluateDetections } from '../../metrics/detection/evaluate.js';
import { categoryNames, type CocoFigures, cocoFigures } from '../../metrics/detection/figures.js';
import { type Id, idText } from '../../metrics/detection/ids.js';
import { cocoProtocol } from '../../metrics/detection/protocol.js';
import type { Truth } from '../../metrics/detection/tables.js';
import { cocoDetections } from '../../metrics/io/coco.js';
import type { Detector } from '../../networks/detector/detector.js';
import type { Picture, Pictures } from '../common/pictures.js';
import { type CocoResult, cocoResults } from './coco-results.js';
import { detectEach, detectEachKinds, type DetectEachOptions } from './detect.js';

/** COCO's figures of a detector, over all classes and for each class by name. */
export interface DetectorFigures extends CocoFigures {
  readonly perClass: Readonly<Record<string, CocoFigures>>;
}

export interface EvaluateDetectorOptions extends DetectEachOptions {
  /** Called with the number of pictures done, after each picture. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

const evaluateKinds: OptionKinds<EvaluateDetectorOptions> = {
  ...detectEachKinds,
  onProgress: kind.function,
};

/**
 * Measures a detector on pictures whose objects are known, by COCO's protocol. Only detections with at least
 * `options.score` count, so set a low score.
 * @param pictures the key of each picture is its id in the truth
 * @throws OneirosError `bad-input` for a picture that the truth does not list, or two pictures with the same id; the
 *   error of the first picture that fails; the signal's reason after an abort
 */
export async function evaluateDetector(
  network: Detector,
  pictures: Pictures<Id>,
  truth: Truth,
  options: EvaluateDetectorOptions = {},
): Promise<DetectorFigures> {
  check(
    'evaluateDetector',
    {
      network: [network, kind.detector],
      pictures: [pictures, kind.iterable],
      truth: [truth, kind.truth],
    },
    options,
    evaluateKinds,
  );
  const results: CocoResult[] = [];
  let done = 0;
  for await (const outcome of detectEach(network, distinct(pictures), optionsFor(detectEachKinds, options))) {
    if (outcome.error !== undefined) throw outcome.error;
    results.push(...cocoResults(outcome.key, outcome.detections));
    options.onProgress?.(++done);
  }
  const evaluation = evaluateDetections(truth, cocoDetections(results, truth), cocoProtocol());
  const perClass = categoryNames(truth.categories).map(
    (name, category) => [name, cocoFigures(evaluation, { category })] as const,
  );
  return { ...cocoFigures(evaluation), perClass: Object.fromEntries(perClass) };
}

/** @throws OneirosError `bad-input` for two pictures with the same id */
async function* distinct(pictures: Pictures<Id>): AsyncGenerator<Picture<Id>, void> {
  const seen = new Set<Id>();
  for await (const picture of pictures) {
    if (seen.has(picture.key))
      throw new OneirosError('bad-input', `two pictures have the id ${idText(picture.key)}`);
    seen.add(picture.key);
    yield picture;
  }
}
