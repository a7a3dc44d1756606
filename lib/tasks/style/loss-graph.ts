import { grad } from '../../autodiff/grad.js';
import type { OptionValues } from '../../base/option-table.js';
import { Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import { relativeError, totalVariation, weightedSum } from '../common/losses.js';
import { gaussianStyle, type Moments, moments, wassersteinError } from './gram.js';
import { rowsOf } from './matrix.js';
import type { styleOptions } from './options.js';

/** A layer's value in the graph, and its weight. */
export interface WeightedLayer {
  readonly value: string;
  readonly weight: number;
}

/** Which values of a network's graph are compared, and how. */
export interface StyleProblem {
  readonly model: Model;
  /** The image input, 1×3×H×W. */
  readonly image: string;
  readonly content: readonly WeightedLayer[];
  readonly style: readonly WeightedLayer[];
  readonly options: Pick<
    OptionValues<typeof styleOptions>,
    'styleWeight' | 'contentWeight' | 'tvWeight' | 'statistics' | 'recompute'
  >;
}

/** The names of targets, outputs of one graph and inputs of the next, by the layer's value. */
export const targetName = {
  content: (value: string) => `content ${value}`,
  mean: (value: string) => `mean ${value}`,
  gram: (value: string) => `gram ${value}`,
  covariance: (value: string) => `covariance ${value}`,
  root: (value: string) => `root ${value}`,
} as const;

/** The graph from an image to the content layers' features and the style layers' moments. */
export function featuresModel({ model, image, content, style }: StyleProblem): Model {
  const b = new Builder();
  b.load(model.graph);
  for (const { value } of content) b.output(b.value(value), targetName.content(value));
  for (const { value } of style) {
    const { mean, gram } = moments(b, b.value(value));
    b.output(mean, targetName.mean(value));
    b.output(gram, targetName.gram(value));
  }
  const whole = b.model();
  const outputs = whole.graph.outputs.map(({ name }) => name);
  return extractSubgraph(whole, [image], outputs);
}

/**
 * The graph from moments (of one style or a blend) to the targets of the Wasserstein loss. It runs once per size.
 */
export function gaussianModel({ model, style }: StyleProblem): Model {
  const network = new Builder();
  network.load(model.graph);
  const b = new Builder();
  for (const { value } of style) {
    const channels = rowsOf(moments(network, network.value(value)).gram);
    const mean = b.input(targetName.mean(value), 'float32', [channels, 1]);
    const gram = b.input(targetName.gram(value), 'float32', [channels, channels]);
    const target = gaussianStyle(b, { mean, gram });
    b.output(target.covariance, targetName.covariance(value));
    b.output(target.root, targetName.root(value));
  }
  return b.model();
}

/**
 * The graph of the whole loss and its gradient, so that only the image and its gradient enter and leave the session in
 * each step. Inputs: the image and the targets. Outputs: `loss`, `styleLoss`, `contentLoss`, `tvLoss` and the image's
 * gradient.
 */
export function lossModel(problem: StyleProblem): Model {
  const { model, image, options } = problem;
  const b = new Builder();
  b.load(model.graph);
  addLosses(b, problem, {
    // The target has exactly the shape of the layer, so that nothing is broadcast.
    contentError: (value) => {
      const features = b.value(value);
      return relativeError(b, features, b.input(targetName.content(value), 'float32', shapeOf(features)));
    },
    moments: (value) => moments(b, b.value(value)),
    variation: () => totalVariation(b, b.value(image)),
  });
  return grad(b.model(), { loss: 'loss', wrt: [image], ...(options.recompute && { checkpoints: 'auto' }) });
}

/** What the losses are computed from: values of the builder's graph, by the layer's value. */
export interface LossTerms {
  readonly contentError: (value: string) => Value;
  readonly moments: (value: string) => Moments;
  readonly variation: () => Value;
}

/** Adds the outputs `loss`, `styleLoss`, `contentLoss`, `tvLoss`. */
export function addLosses(b: Builder, { content, style, options }: StyleProblem, terms: LossTerms): void {
  const contentLoss = weightedSum(
    b,
    content.map(({ value, weight }) => [terms.contentError(value), weight] as const),
  );
  const styleLoss = weightedSum(
    b,
    style.map(({ value, weight }) => {
      return [styleError(b, value, terms.moments(value), options.statistics), weight] as const;
    }),
  );
  const tvLoss = weightedSum(b, [[terms.variation(), 1]]);
  const loss = weightedSum(b, [
    [styleLoss, options.styleWeight],
    [contentLoss, options.contentWeight],
    [tvLoss, options.tvWeight],
  ]);
  for (const [name, value] of Object.entries({ loss, styleLoss, contentLoss, tvLoss })) b.output(value, name);
}

function styleError(b: Builder, value: string, style: Moments, statistics: 'gram' | 'wasserstein'): Value {
  const channels = rowsOf(style.gram);
  const matrix = (name: string) => b.input(name, 'float32', [channels, channels]);
  if (statistics === 'gram') return relativeError(b, style.gram, matrix(targetName.gram(value)));
  return wassersteinError(b, style, {
    mean: b.input(targetName.mean(value), 'float32', [channels, 1]),
    covariance: matrix(targetName.covariance(value)),
    root: matrix(targetName.root(value)),
  });
}
