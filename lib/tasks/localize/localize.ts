import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { number, resolveOptions } from '../../base/option-table.js';
import type { Image, Planes } from '../../image/image.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import type { Detection, Detector } from '../../networks/detector/detector.js';
import { type RunSettings, runSettingsKinds } from '../../networks/image-network.js';
import { eachOutcome, type Outcome, type Pictures } from '../common/pictures.js';
import { Explainer } from '../explain/explainer.js';
import { boxOfLargest } from './components.js';

/** The main object of a picture. */
export interface Localization extends Detection {
  /** How much each pixel of the picture supports the class, in [0, 1]; `null` if a detector found the object. */
  readonly activation: Planes<1> | null;
}

export const localizeOptions = {
  threshold: number(0.2, 'share of the largest activation above which a pixel belongs to the object', {
    min: 0,
    max: 1,
  }),
} as const;

/** What `localizeOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface LocalizeParameters {
  /**
   * Share of the largest activation above which a pixel belongs to the object. A number from 0 to 1.
   * @default 0.2
   */
  readonly threshold?: number | undefined;
}

export interface LocalizeOptions extends LocalizeParameters, RunSettings {
  /** The number of the class to find. @default the most probable class */
  readonly labelId?: number | undefined;
  /** The layer of a classifier for Grad-CAM. @default the input of the last pooling */
  readonly layer?: string | undefined;
}

const localizeKinds: OptionKinds<LocalizeOptions> = {
  ...localizeOptions,
  ...runSettingsKinds,
  labelId: kind.number,
  layer: kind.text,
};

/**
 * Finds the main object of a picture. With a detector, it is the detection with the highest score, or `null` if there
 * is none. With a classifier, it is the largest connected part above a threshold (Zhou et al. 2016) in the Grad-CAM map
 * of its class (Selvaraju et al. 2017).
 *
 *     const found = await localize(network, photograph);
 *
 * @throws OneirosError `unsupported` for a network that does not classify, or has no layer for Grad-CAM; `bad-argument`
 *   for an unknown class or layer, or an option out of range; as `Session.run` does; the signal's reason after an abort
 */
export async function localize(
  network: Detector | Classifier,
  picture: Image,
  options: LocalizeOptions = {},
): Promise<Localization | null> {
  check(
    'localize',
    { network: [network, kind.localizer], picture: [picture, kind.image] },
    options,
    localizeKinds,
  );
  await using finder = finderOf(network, options);
  return await finder.find(picture);
}

/**
 * Finds the main object of each of many pictures, one after another, and reads the next one meanwhile. A picture that
 * fails yields its error; the others continue.
 *
 *     const pictures = paths.map((path) => ({ key: path, image: () => readImage(path) }));
 *     for await (const { key, found, error } of localizeEach(network, pictures)) …
 *
 * @throws OneirosError as `localize` does, except for the errors of single pictures
 */
export async function* localizeEach<K>(
  network: Detector | Classifier,
  pictures: Pictures<K>,
  options: LocalizeOptions = {},
): AsyncGenerator<Outcome<K, { readonly found: Localization | null }>, void> {
  check(
    'localizeEach',
    { network: [network, kind.localizer], pictures: [pictures, kind.iterable] },
    options,
    localizeKinds,
  );
  await using finder = finderOf(network, options);
  const settings = { batch: 1, overlaps: false, signal: options.signal };
  yield* eachOutcome(pictures, settings, async ([picture]) =>
    picture === undefined ? [] : [{ found: await finder.find(picture) }],
  );
}

/** Finds the object of one picture after another. May hold native memory. */
interface Finder extends AsyncDisposable {
  readonly find: (picture: Image) => Promise<Localization | null>;
}

function finderOf(network: Detector | Classifier, options: LocalizeOptions): Finder {
  if (!isClassifier(network))
    return {
      find: (picture) => surestOf(network, picture, options),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const explainer = new Explainer(network, { layer: options.layer });
  return {
    find: (picture) => mostActive(explainer, picture, options),
    [Symbol.asyncDispose]: () => explainer[Symbol.asyncDispose](),
  };
}

function isClassifier(network: Detector | Classifier): network is Classifier {
  return 'probabilities' in network;
}

/** Detections below this score do not count: the lowest score of Faster R-CNN. */
const minimumScore = 0.05;

async function surestOf(
  network: Detector,
  picture: Image,
  { labelId, signal }: LocalizeOptions,
): Promise<Localization | null> {
  const found = await network.detect(picture, { score: minimumScore, signal });
  const best = found.find((detection) => labelId === undefined || detection.labelId === labelId);
  return best === undefined ? null : { ...best, activation: null };
}

async function mostActive(
  explainer: Explainer,
  picture: Image,
  options: LocalizeOptions,
): Promise<Localization> {
  const { threshold } = resolveOptions(localizeOptions, options);
  const { labelId, signal } = options;
  const found = await explainer.explain(picture, { method: 'grad-cam', labelId, signal });
  return {
    box: boxOfLargest(found.relevance, threshold),
    label: found.label,
    labelId: found.labelId,
    score: found.probability,
    activation: found.relevance,
  };
}
