import { check, type OptionKinds, optionsFor } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Image } from '../../image/image.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { eachOutcome, type Outcome, type Pictures } from '../common/pictures.js';
import {
  Explainer,
  explainerKinds,
  type ExplainerOptions,
  explainKinds as onceKinds,
  type Explanation,
  type ExplanationOptions,
} from './explainer.js';

export interface ExplainOptions extends ExplanationOptions, ExplainerOptions {}

const explainKinds: OptionKinds<ExplainOptions> = { ...onceKinds, ...explainerKinds };

/**
 * Explains the prediction of a classifier by the gradient of the class's score: Grad-CAM (Selvaraju et al. 2017), the
 * gradient (Simonyan et al. 2013), SmoothGrad (Smilkov et al. 2017) or integrated gradients from a black picture
 * (Sundararajan et al. 2017).
 *
 *     const { label, relevance } = await explain(network, photograph, { method: 'smoothgrad' });
 *     await writeImage('why.png', drawRelevance(photograph, relevance));
 *
 * Each call derives the gradient again. For many pictures use `explainEach`; for many calls with one network,
 * `Explainer`.
 * @param picture of any size; the whole picture is resized to the network's crop size
 * @throws OneirosError `unsupported` for a network that does not classify, or has no layer for Grad-CAM; `bad-argument`
 *   for an unknown class or an option out of range; as `Session.run` does; the signal's reason after an abort
 */
export async function explain(
  network: Classifier,
  picture: Image,
  options: ExplainOptions = {},
): Promise<Explanation> {
  check(
    'explain',
    { network: [network, kind.classifier], picture: [picture, kind.image] },
    options,
    explainKinds,
  );
  await using explainer = new Explainer(network, optionsFor(explainerKinds, options));
  return await explainer.explain(picture, optionsFor(onceKinds, options));
}

/**
 * Explains many pictures, one after another, and reads the next one meanwhile. A picture that fails yields its error;
 * the others continue.
 *
 *     const pictures = paths.map((path) => ({ key: path, image: () => readImage(path) }));
 *     for await (const { key, explanation, error } of explainEach(network, pictures)) …
 *
 * @throws OneirosError as `explain` does, except for the errors of single pictures
 */
export async function* explainEach<K>(
  network: Classifier,
  pictures: Pictures<K>,
  options: ExplainOptions = {},
): AsyncGenerator<Outcome<K, { readonly explanation: Explanation }>, void> {
  check(
    'explainEach',
    { network: [network, kind.classifier], pictures: [pictures, kind.iterable] },
    options,
    explainKinds,
  );
  await using explainer = new Explainer(network, optionsFor(explainerKinds, options));
  const settings = { batch: 1, overlaps: false, signal: options.signal };
  yield* eachOutcome(pictures, settings, async ([picture]) =>
    picture === undefined
      ? []
      : [{ explanation: await explainer.explain(picture, optionsFor(onceKinds, options)) }],
  );
}
