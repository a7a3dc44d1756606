import { check, type OptionKinds } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { type Given, number, resolveOptions } from '../../base/options.js';
import type { Image, Planes } from '../../image/image.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import type { Detection, Detector } from '../../networks/detector/detector.js';
import { type RunSettings, runSettingsKinds } from '../../networks/image-network.js';
import { Explainer, explainerKinds, type ExplainerOptions } from '../explain/explainer.js';
import { boxOfLargest } from './components.js';

/** What is found by class activation, with the map that it was read off. */
export interface Localization extends Detection {
  /** How much each pixel of the picture speaks for the class, in [0, 1]. */
  readonly activation: Planes<1>;
}

export const localizeOptions = {
  threshold: number(0.2, 'what part of the largest activation belongs to the object', { min: 0, max: 1 }),
} as const;

export interface LocalizeOptions extends Given<typeof localizeOptions>, RunSettings {
  /** The number of the class to look for. @default the most probable */
  readonly labelId?: number | undefined;
}

const localizeKinds: OptionKinds<LocalizeOptions> = {
  ...localizeOptions,
  ...runSettingsKinds,
  labelId: kind.number,
};

/** The layer whose activations are looked at. */
export type ActivationLocalizerOptions = ExplainerOptions;

/**
 * Finds the one object of a picture by a classifier alone: what speaks for its class is found by Grad-CAM (Selvaraju et al.
 * 2017); the box is that of the largest connected part above a threshold (Zhou et al. 2016). It holds native memory until it
 * is disposed (`await using`).
 */
export class ActivationLocalizer implements AsyncDisposable {
  readonly #explainer: Explainer;

  /** @throws OneirosError `unsupported` for a network that does not classify, or has no layer of that kind */
  constructor(
    readonly network: Classifier,
    options: ActivationLocalizerOptions = {},
  ) {
    check('new ActivationLocalizer', { network: [network, kind.classifier] }, options, explainerKinds);
    this.#explainer = new Explainer(network, options);
  }

  /** The layer whose activations are looked at. */
  get layer(): string {
    return this.#explainer.layer;
  }

  /**
   * The box of the most probable class, or of another one.
   * @throws OneirosError `bad-argument` for a class that is not there; as `Session.run` does
   */
  async localize(picture: Image, options: LocalizeOptions = {}): Promise<Localization> {
    check('ActivationLocalizer.localize', { picture: [picture, kind.image] }, options, localizeKinds);
    const { threshold } = resolveOptions(localizeOptions, options);
    const { labelId, signal } = options;
    const found = await this.#explainer.explain(picture, { method: 'grad-cam', labelId, signal });
    return {
      box: boxOfLargest(found.relevance, threshold),
      label: found.label,
      labelId: found.labelId,
      score: found.probability,
      activation: found.relevance,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#explainer[Symbol.asyncDispose]();
  }
}

/**
 * The one object of a picture: by a detector the surest detection (`null` if there is none), by a classifier's activations
 * the box of what speaks for its class.
 */
export async function localize(
  network: Detector | ActivationLocalizer,
  picture: Image,
  options: LocalizeOptions = {},
): Promise<Detection | null> {
  check(
    'localize',
    { network: [network, kind.localizer], picture: [picture, kind.image] },
    options,
    localizeKinds,
  );
  if (network instanceof ActivationLocalizer) return network.localize(picture, options);
  const { labelId, signal } = options;
  const found = await network.detect(picture, { score: surest, signal });
  return found.find((detection) => labelId === undefined || detection.labelId === labelId) ?? null;
}

/** Below this nothing is an object: the least that Faster R-CNN says. */
const surest = 0.05;
