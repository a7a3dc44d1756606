import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type Given, number, resolveOptions } from '../../base/options.js';
import type { Image } from '../../image/image.js';
import { topK } from '../../metrics/classification/classification.js';
import { inBatches } from '../../networks/batches.js';
import { type Classifier, classifyOptions, mostProbable } from '../../networks/classifier/classifier.js';
import type { Classification } from '../../networks/classifier/labels.js';
import { runSettingsKinds } from '../../networks/image-network.js';

export const batchOptions = {
  batch: number(8, 'pictures computed at once, if the network can', { min: 1, max: 1000, integer: true }),
};

/** A picture, with whatever its owner knows it by. */
export interface Picture<T> {
  readonly image: Image;
  readonly key: T;
}

export interface ClassifyManyOptions extends Given<typeof classifyOptions & typeof batchOptions> {
  readonly signal?: AbortSignal | undefined;
}

const classifyManyKinds: OptionKinds<ClassifyManyOptions> = {
  ...classifyOptions,
  ...batchOptions,
  ...runSettingsKinds,
};

/** What a picture shows, the most probable first. */
export interface Classified<T> {
  readonly key: T;
  readonly labels: readonly Classification[];
}

/**
 * Classifies many pictures, in batches; the next ones are fetched while one batch is computed.
 *
 *     for await (const { key, labels } of classify(network, pictures, { top: 3 })) …
 *
 * @throws OneirosError `unsupported` if the network's weights end before the classes; the signal's reason after an abort
 */
export async function* classify<T>(
  classifier: Classifier,
  pictures: Iterable<Picture<T>> | AsyncIterable<Picture<T>>,
  options: ClassifyManyOptions = {},
): AsyncGenerator<Classified<T>, void> {
  check(
    'classify',
    { classifier: [classifier, kind.classifier], pictures: [pictures, kind.iterable] },
    options,
    classifyManyKinds,
  );
  const { top } = resolveOptions(classifyOptions, options);
  for await (const { key, probabilities } of probabilitiesOf(classifier, pictures, options))
    yield { key, labels: mostProbable(probabilities, top, classifier.labels) };
}

/** How often a classifier is right. */
export interface Accuracy {
  readonly images: number;
  /** The share of pictures whose class is the most probable one … */
  readonly top1: number;
  /** … or among the five most probable ones. */
  readonly top5: number;
}

/**
 * Measures a classifier on pictures whose key is the number of their class.
 * @param onProgress told how many are done
 * @throws OneirosError `bad-argument` without any picture; as `classify` does
 */
export async function evaluateClassifier(
  classifier: Classifier,
  pictures: Iterable<Picture<number>> | AsyncIterable<Picture<number>>,
  options: Omit<ClassifyManyOptions, 'top'> = {},
  onProgress: (done: number) => void = () => undefined,
): Promise<Accuracy> {
  check(
    'evaluateClassifier',
    {
      classifier: [classifier, kind.classifier],
      pictures: [pictures, kind.iterable],
      onProgress: [onProgress, kind.function],
    },
    options,
    { ...batchOptions, ...runSettingsKinds },
  );
  let [images, first, five] = [0, 0, 0];
  for await (const { key, probabilities } of probabilitiesOf(classifier, pictures, options)) {
    images++;
    first += topK(probabilities, [key], 1);
    five += topK(probabilities, [key], Math.min(5, probabilities.length));
    onProgress(images);
  }
  if (images === 0) throw new OneirosError('bad-argument', 'there is no picture to measure the network on');
  return { images, top1: first / images, top5: five / images };
}

interface Computed<T> {
  readonly key: T;
  readonly probabilities: Float32Array;
}

function probabilitiesOf<T>(
  classifier: Classifier,
  pictures: Iterable<Picture<T>> | AsyncIterable<Picture<T>>,
  options: ClassifyManyOptions,
): AsyncGenerator<Computed<T>, void> {
  const { batch } = resolveOptions(batchOptions, options);
  return inBatches(pictures, batch, async (group) => {
    const images = group.map(({ image }) => image);
    const rows = await classifier.probabilities(images, { signal: options.signal });
    return group.map(({ key }, i) => ({ key, probabilities: rows[i]! }));
  });
}
