import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { choice, number, type OptionValues, resolveOptions, seed } from '../../base/option-table.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Planes } from '../../image/image.js';
import { type Classifier, mostProbable } from '../../networks/classifier/classifier.js';
import { type RunSettings, runSettingsKinds } from '../../networks/image-network.js';
import type { Model } from '../../onnx/graph/graph.js';
import { type ClassGradient, ClassGradients } from './class-gradient.js';
import { activationMap } from './grad-cam.js';
import { gradient, integratedGradient, smoothGradient } from './pixels.js';
import { largestOfChannels, normalized, sumOfChannels } from './relevance-maps.js';

export const explainMethods = ['grad-cam', 'gradient', 'smoothgrad', 'integrated'] as const;
export type ExplainMethod = (typeof explainMethods)[number];

export const explainOptions = {
  method: choice(
    explainMethods,
    'grad-cam',
    'grad-cam: the regions of a deep layer that support the class; gradient: the pixels that the score depends on; smoothgrad: the gradient averaged over noisy copies; integrated: each pixel’s share of the score',
  ),
  samples: number(25, 'noisy copies of smoothgrad, or steps of integrated; each is one run of the network', {
    min: 1,
    max: 100_000,
    integer: true,
    usual: [10, 100],
  }),
  noise: number(0.15, 'standard deviation of smoothgrad’s noise, as a fraction of the picture’s range', {
    min: 0,
    max: 1,
  }),
  seed: seed(0, 'random seed of the noise'),
} as const;

/** What `explainOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface ExplainParameters {
  /**
   * Grad-cam: the regions of a deep layer that support the class; gradient: the pixels that the score
   * depends on; smoothgrad: the gradient averaged over noisy copies; integrated: each pixel’s share of the
   * score.
   * @default 'grad-cam'
   */
  readonly method?: 'grad-cam' | 'gradient' | 'smoothgrad' | 'integrated' | undefined;
  /**
   * Noisy copies of smoothgrad, or steps of integrated; each is one run of the network. A whole number from
   * 1 to 100000.
   * @default 25
   */
  readonly samples?: number | undefined;
  /**
   * Standard deviation of smoothgrad’s noise, as a fraction of the picture’s range. A number from 0 to 1.
   * @default 0.15
   */
  readonly noise?: number | undefined;
  /**
   * Random seed of the noise. A whole number.
   * @default 0
   */
  readonly seed?: number | undefined;
}

export interface ExplanationOptions extends ExplainParameters, RunSettings {
  /** The number of the class to explain. @default the most probable class */
  readonly labelId?: number | undefined;
}

export const explainKinds: OptionKinds<ExplanationOptions> = {
  ...explainOptions,
  ...runSettingsKinds,
  labelId: kind.number,
};

/** A class of a picture, and which pixels support it. */
export interface Explanation {
  readonly labelId: number;
  readonly label: string;
  readonly probability: number;
  /** The class's score before the softmax, or the logarithm of its probability if the graph has no such value. */
  readonly score: number;
  /** How much each pixel of the picture supports the class, in [0, 1]; the most relevant is 1. */
  readonly relevance: Planes<1>;
}

export interface ExplainerOptions {
  /** The layer for Grad-CAM. @default the input of the last pooling */
  readonly layer?: string | undefined;
}

export const explainerKinds: OptionKinds<ExplainerOptions> = { layer: kind.text };

/**
 * Explains the predictions of a classifier by the gradient of the class's score:
 *
 *     await using explainer = new Explainer(await loadClassifier('googlenet'));
 *     const { label, relevance } = await explainer.explain(photo, { method: 'smoothgrad' });
 *
 * Grad-CAM (Selvaraju et al. 2017), the gradient (Simonyan et al. 2013), SmoothGrad (Smilkov et al. 2017) and
 * integrated gradients from a black picture (Sundararajan et al. 2017). It holds native memory until it is disposed
 * (`await using`).
 */
export class Explainer implements AsyncDisposable {
  /** The layer for Grad-CAM. */
  readonly layer: string;
  readonly #regions: ClassGradients;
  #pixels: ClassGradients | null = null;

  /**
   * @throws OneirosError `unsupported` for a network that does not classify, or has no layer for Grad-CAM;
   *   `bad-argument` for an unknown layer
   */
  constructor(
    readonly network: Classifier,
    options: ExplainerOptions = {},
  ) {
    check('new Explainer', { network: [network, kind.classifier] }, options, explainerKinds);
    const { layer } = options;
    this.layer = layer === undefined ? lastMap(network.model, network.name) : network.layer(layer);
    this.#regions = new ClassGradients(network, this.layer);
  }

  /**
   * Explains the most probable class, or the given one.
   * @param picture of any size; the whole picture is resized to the network's crop size
   * @throws OneirosError `bad-argument` for an unknown class or an option out of range; as `Session.run` does
   */
  async explain(picture: Image, options: ExplanationOptions = {}): Promise<Explanation> {
    check('Explainer.explain', { picture: [picture, kind.image] }, options, explainKinds);
    const { method, samples, noise, seed } = resolveOptions(explainOptions, options);
    const { signal } = options;
    // The whole picture: the classifier's center crop would cut off objects at the edge.
    const seen = resize(picture, this.network.crop.crop);
    const labelId =
      options.labelId ?? mostProbable(await this.#regions.probabilities(seen, signal), 1, [])[0]!.index;
    const { at, map } = await this.#mapOf(seen, labelId, { method, samples, noise, seed, signal });
    return {
      labelId,
      label: this.network.labels[labelId]?.name ?? `class ${labelId}`,
      probability: at.probabilities[labelId]!,
      score: at.score,
      relevance: resize(map, picture, { antialias: false }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#regions[Symbol.asyncDispose]();
    await this.#pixels?.[Symbol.asyncDispose]();
  }

  async #mapOf(seen: Image, labelId: number, settings: Settings): Promise<Found> {
    const { method, samples, signal } = settings;
    if (method === 'grad-cam') {
      const at = await this.#regions.of(seen, labelId, signal);
      return { at, map: normalized(activationMap(at.values, at.gradient), 1) };
    }
    const pixels = (this.#pixels ??= new ClassGradients(this.network, this.network.image));
    switch (method) {
      case 'gradient': {
        const { at, values } = await gradient(pixels, seen, labelId, signal);
        return { at, map: normalized(largestOfChannels(values), quantile) };
      }
      case 'smoothgrad': {
        const { at, values } = await smoothGradient(pixels, seen, labelId, settings, signal);
        return { at, map: normalized(largestOfChannels(values), quantile) };
      }
      case 'integrated': {
        const { at, values } = await integratedGradient(pixels, seen, labelId, samples, signal);
        return { at, map: normalized(sumOfChannels(values), quantile) };
      }
    }
  }
}

type Settings = OptionValues<typeof explainOptions> & RunSettings;

interface Found {
  readonly at: ClassGradient;
  readonly map: Planes<1>;
}

/** Pixel maps have a few very large values: the top hundredth is clipped, as in Smilkov et al. */
const quantile = 0.99;

const pooling = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'MaxPool']);

function lastMap({ graph }: Model, name: string): string {
  const pool = graph.nodes.findLast(({ op }) => pooling.has(op));
  if (pool !== undefined) return pool.inputs[0]!;
  throw new OneirosError('unsupported', `${name} has no pooling to find the last layer by: name the layer`);
}
