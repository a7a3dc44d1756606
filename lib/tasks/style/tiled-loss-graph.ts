import { grad } from '../../autodiff/grad.js';
import { Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import { activationsOf, squaredDifferences, tiny } from '../common/losses.js';
import { addLosses, type StyleProblem, targetName } from './loss-graph.js';
import { rowsOf } from './matrix.js';

/** The names of what tiles contribute to, outputs of one graph and inputs of the next, by the layer's value. */
export const sumName = {
  mean: (value: string) => `sum of mean ${value}`,
  gram: (value: string) => `sum of gram ${value}`,
  error: (value: string) => `sum of error ${value}`,
  variation: 'sum of variation',
} as const;

/** The names of the inputs of a tile's graph besides the picture. */
export const tileName = {
  /** The first row and column of a layer inside the core, and those after the last: int64 vectors. */
  from: (value: string) => `from ${value}`,
  to: (value: string) => `to ${value}`,
  /** The number of the layer's positions in the whole picture. */
  positions: (value: string) => `positions ${value}`,
  /** The sum of the squares of the whole target. */
  power: (value: string) => `power ${value}`,
  /** The core in pixels, and its end with the next row and column, if there is one. */
  pixelsFrom: 'from pixels',
  pixelsTo: 'to pixels',
  pixelsBeyond: 'beyond pixels',
  /** The number of values of the whole picture. */
  values: 'values of the picture',
} as const;

/** The layers whose statistics enter a loss of these options: a loss of Gram matrices needs no means. */
function sumsOf({ style, options }: StyleProblem): readonly string[] {
  const grams = style.map(({ value }) => sumName.gram(value));
  return options.statistics === 'gram' ? grams : [...grams, ...style.map(({ value }) => sumName.mean(value))];
}

/** All sums that the losses depend on. */
export function lossSums(problem: StyleProblem): readonly string[] {
  return [...sumsOf(problem), ...problem.content.map(({ value }) => sumName.error(value)), sumName.variation];
}

/** The graph from a tile to what its core contributes to each of the sums. */
export function tileModel(problem: StyleProblem): Model {
  const b = new Builder();
  b.load(problem.model.graph);
  const cores = coresOf(b, problem);
  addMoments(b, problem, cores);
  for (const { value } of problem.content) {
    const target = b.input(targetName.content(value), 'float32', [1, shapeOf(b.value(value))[1]!, '?', '?']);
    const distance = squaredDifferences(b, cores(value), target);
    const power = b.input(tileName.power(value), 'float32', []);
    b.output(b.div(distance, b.maximum(power, tiny)), sumName.error(value));
  }
  b.output(variation(b, b.value(problem.image)), sumName.variation);
  return extractSubgraph(b.model(), [problem.image], lossSums(problem));
}

/** The graph from a tile and the cotangents of the sums to the gradient of the tile's pixels. */
export function tileGradient(problem: StyleProblem): Model {
  return grad(tileModel(problem), {
    outputs: lossSums(problem),
    wrt: [problem.image],
    keepOutputs: [],
    ...(problem.options.recompute && { checkpoints: 'auto' }),
  });
}

/** The graph from a tile to its core's features of the content layers and its share in the moments of the style layers. */
export function tileFeaturesModel(problem: StyleProblem): Model {
  const b = new Builder();
  b.load(problem.model.graph);
  const cores = coresOf(b, problem);
  addMoments(b, problem, cores);
  for (const { value } of problem.content) b.output(cores(value), targetName.content(value));
  const names = [
    ...problem.style.flatMap(({ value }) => [sumName.mean(value), sumName.gram(value)]),
    ...problem.content.map(({ value }) => targetName.content(value)),
  ];
  return extractSubgraph(b.model(), [problem.image], names);
}

/** The graph from the sums and the targets to the losses, and the loss's gradient by each sum. */
export function sumsModel(problem: StyleProblem): Model {
  const network = new Builder();
  network.load(problem.model.graph);
  const b = new Builder();
  const channels = (value: string) => rowsOf(activationsOf(network, network.value(value)));
  addLosses(b, problem, {
    contentError: (value) => b.input(sumName.error(value), 'float32', [1, 1, 1, 1]),
    moments: (value) => ({
      mean: b.input(sumName.mean(value), 'float32', [channels(value), 1]),
      gram: b.input(sumName.gram(value), 'float32', [channels(value), channels(value)]),
    }),
    variation: () => b.input(sumName.variation, 'float32', [1, 1, 1, 1]),
  });
  const losses = ['loss', 'styleLoss', 'contentLoss', 'tvLoss'];
  const used = extractSubgraph(b.model(), lossSums(problem), losses);
  return grad(used, { loss: 'loss', wrt: lossSums(problem) });
}

/** The part of each layer inside the core. */
function coresOf(b: Builder, { content, style }: StyleProblem): (value: string) => Value {
  const names = new Set([...content, ...style].map(({ value }) => value));
  const cores = new Map(
    Array.from(names, (name) => {
      const [from, to] = [tileName.from(name), tileName.to(name)].map((input) =>
        b.input(input, 'int64', [2]),
      );
      return [name, b.slice(b.value(name), [2, 3], from!, to!)] as const;
    }),
  );
  return (value) => cores.get(value)!;
}

function addMoments(b: Builder, { style }: StyleProblem, cores: (value: string) => Value): void {
  for (const { value } of style) {
    const shares = b.div(activationsOf(b, cores(value)), b.input(tileName.positions(value), 'float32', []));
    b.output(b.sum(shares, [1]), sumName.mean(value));
    b.output(b.matmul(shares, b.swap(activationsOf(b, cores(value)))), sumName.gram(value));
  }
}

/** The core's share in `totalVariation` of the whole picture: the differences from its pixels to the next ones. */
function variation(b: Builder, image: Value): Value {
  const [from, to, beyond] = [tileName.pixelsFrom, tileName.pixelsTo, tileName.pixelsBeyond].map((name) =>
    b.input(name, 'int64', [2]),
  );
  const part = (value: Value, axis: number) => b.slice(value, [0], [axis], [axis + 1]);
  const along = (axis: number) => {
    const end = b.concat([part(axis === 0 ? beyond! : to!, 0), part(axis === 1 ? beyond! : to!, 1)], 0);
    const core = b.slice(image, [2, 3], from!, end);
    return squaredDifferences(
      b,
      b.slice(core, [axis + 2], [1], [Infinity]),
      b.slice(core, [axis + 2], [0], [-1]),
    );
  };
  return b.div(b.add(along(0), along(1)), b.input(tileName.values, 'float32', []));
}
