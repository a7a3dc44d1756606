import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { topK } from '../../metrics/classification/top-k.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { type RunSettings, runSettingsKinds } from '../../networks/image-network.js';
import type { Pictures } from '../common/pictures.js';
import { classifyEachOptions, type ClassifyEachParameters, probabilitiesOf } from './classify.js';

/** How often a classifier is right: shares in [0, 1]. */
export interface ClassifierFigures {
  readonly images: number;
  /** The share of pictures whose class is the most probable one. */
  readonly top1: number;
  /** The share of pictures whose class is among the five most probable ones. */
  readonly top5: number;
}

export interface EvaluateClassifierOptions extends ClassifyEachParameters, RunSettings {
  /** Called with the number of pictures done, after each picture. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

const evaluateKinds: OptionKinds<EvaluateClassifierOptions> = {
  ...classifyEachOptions,
  ...runSettingsKinds,
  onProgress: kind.function,
};

/**
 * Measures a classifier on pictures whose classes are known.
 * @param pictures the key of each picture is the number of its class
 * @throws OneirosError `bad-argument` if there are no pictures, or a key is not a class; `unsupported` for a network
 *   that does not classify; the error of the first picture that fails; the signal's reason after an abort
 */
export async function evaluateClassifier(
  network: Classifier,
  pictures: Pictures<number>,
  options: EvaluateClassifierOptions = {},
): Promise<ClassifierFigures> {
  check(
    'evaluateClassifier',
    { network: [network, kind.classifier], pictures: [pictures, kind.iterable] },
    options,
    evaluateKinds,
  );
  const { batch, signal, onProgress } = options;
  let [images, first, five] = [0, 0, 0];
  for await (const outcome of probabilitiesOf(network, pictures, { batch, signal })) {
    if (outcome.error !== undefined) throw outcome.error;
    const { key, probabilities } = outcome;
    images++;
    first += topK(probabilities, [key], 1);
    five += topK(probabilities, [key], Math.min(5, probabilities.length));
    onProgress?.(images);
  }
  if (images === 0)
    throw new OneirosError('bad-argument', 'there are no pictures to evaluate the network on');
  return { images, top1: first / images, top5: five / images };
}
