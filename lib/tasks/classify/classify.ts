import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { number, resolveOptions } from '../../base/option-table.js';
import type { Image } from '../../image/image.js';
import {
  type Classifier,
  classifyKinds,
  type ClassifyOptions,
  classifyOptions,
  mostProbable,
} from '../../networks/classifier/classifier.js';
import type { Classification } from '../../networks/classifier/labels.js';
import { eachOutcome, type Outcome, type Pictures } from '../common/pictures.js';

/** The options of `classifyEach` beside those of `classify`. */
export const classifyEachOptions = {
  batch: number(8, 'pictures computed at once, if the network supports batches', {
    min: 1,
    max: 1000,
    integer: true,
  }),
} as const;

/** What `classifyEachOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface ClassifyEachParameters {
  /**
   * Pictures computed at once, if the network supports batches. A whole number from 1 to 1000.
   * @default 8
   */
  readonly batch?: number | undefined;
}

export interface ClassifyEachOptions extends ClassifyOptions, ClassifyEachParameters {}

const classifyEachKinds: OptionKinds<ClassifyEachOptions> = { ...classifyKinds, ...classifyEachOptions };

/**
 * Classifies a picture of any size: returns its most probable classes, the most probable first.
 *
 *     const [best] = await classify(network, photograph);
 *
 * @throws OneirosError `unsupported` for a network that does not classify; `runtime` if its output is not
 *   probabilities; as `Session.run` does; the signal's reason after an abort
 */
export async function classify(
  network: Classifier,
  picture: Image,
  options: ClassifyOptions = {},
): Promise<readonly Classification[]> {
  check(
    'classify',
    { network: [network, kind.classifier], picture: [picture, kind.image] },
    options,
    classifyKinds,
  );
  return network.classify(picture, options);
}

/**
 * Classifies many pictures, in batches and in order. While one batch is computed, the next is read. A picture that
 * fails yields its error; the others continue.
 *
 *     const pictures = paths.map((path) => ({ key: path, image: () => readImage(path) }));
 *     for await (const { key, classes, error } of classifyEach(network, pictures, { top: 3 })) …
 *
 * @throws OneirosError `unsupported` for a network that does not classify; the signal's reason after an abort, between
 *   two batches
 */
export async function* classifyEach<K>(
  network: Classifier,
  pictures: Pictures<K>,
  options: ClassifyEachOptions = {},
): AsyncGenerator<Outcome<K, { readonly classes: readonly Classification[] }>, void> {
  check(
    'classifyEach',
    { network: [network, kind.classifier], pictures: [pictures, kind.iterable] },
    options,
    classifyEachKinds,
  );
  const { top } = resolveOptions(classifyOptions, options);
  for await (const outcome of probabilitiesOf(network, pictures, options)) {
    if (outcome.error !== undefined) {
      yield outcome;
      continue;
    }
    const { key, image, probabilities } = outcome;
    yield { key, image, classes: mostProbable(probabilities, top, network.labels) };
  }
}

/** The probabilities of all classes, for each of many pictures. */
export async function* probabilitiesOf<K>(
  network: Classifier,
  pictures: Pictures<K>,
  options: Pick<ClassifyEachOptions, 'batch' | 'signal'>,
): AsyncGenerator<Outcome<K, { readonly probabilities: Float32Array }>, void> {
  const { batch } = resolveOptions(classifyEachOptions, options);
  const { signal } = options;
  network.requireHead();
  yield* eachOutcome(pictures, { batch, overlaps: true, signal }, async (images) =>
    (await network.probabilities(images, { signal })).map((probabilities) => ({ probabilities })),
  );
}
