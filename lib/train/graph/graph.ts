import { activePath } from '../../autodiff/active-path.js';
import type { GradOptions } from '../../autodiff/options.js';
import { OneirosError } from '../../base/errors.js';
import { nearest } from '../../base/nearest-names.js';
import { own } from '../../base/own.js';
import { fixedConstants } from '../../models/input/preprocessing.js';
import { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { inLowestOpset } from '../../onnx/builder/lowest-opset.js';
import type { Graph, Model, Shape } from '../../onnx/graph/graph.js';
import { namesOf } from '../../onnx/graph/subgraphs.js';
import { normalizeOpset } from '../../onnx/opset/normalize-opset.js';
import type { DType } from '../../tensor/dtype.js';
import { type RunningStatistic, trainBatchNorm } from './batch-norm.js';
import type { Loss } from './loss-context.js';

/** The sizes of the feeds, by input name. */
export type FeedSizes = ReadonlyMap<string, readonly number[]>;

/** What a run trains. */
export interface TrainingTask {
  /** The name of a scalar in the model, or a function that adds one. */
  readonly loss: string | Loss;
  /**
   * Names of the weights to train.
   * @default the named float32 constants with at least one axis that the loss depends on
   */
  readonly wrt?: readonly string[] | undefined;
  /** Values through which no gradient passes. */
  readonly stopGradient?: readonly string[] | undefined;
  /**
   * The statistics of batch normalizations: `batch`, those of each batch, which also update the running ones; or
   * `fixed`, the running ones, unchanged. @default `fixed` if `loss` is the name of a scalar, otherwise `batch`
   */
  readonly batchNorm?: 'batch' | 'fixed' | undefined;
  /**
   * Whether the backward pass computes values again instead of keeping them: less memory for more time, and the same
   * gradient. @default false
   */
  readonly recompute?: boolean | undefined;
  /** Names of further scalars in the model to report at each step. */
  readonly metrics?: readonly string[] | undefined;
}

export interface TrainingGraphOptions extends TrainingTask {
  /** The sizes of all feeds, for a simpler and faster graph. @default the shapes of the model's inputs */
  readonly sizes?: FeedSizes | undefined;
}

/** A graph of one step: from feeds and weights to the loss, its gradient by each weight and the metrics. */
export interface TrainingGraph {
  /** The graph from feeds and weights to the loss and the metrics. */
  readonly model: Model;
  /**
   * How to differentiate `model`. The outputs are then the loss, the metrics, and `gradientName(name, trainingPrefix)`
   * for each of `weights`.
   */
  readonly gradient: GradOptions;
  readonly loss: string;
  /** The output of each metric, by its name. */
  readonly metrics: ReadonlyMap<string, string>;
  /** Names of the trained weights, which are inputs. */
  readonly weights: readonly string[];
  /** The running statistics, which further outputs update. They are not weights. */
  readonly statistics: readonly RunningStatistic[];
}

export const trainingPrefix = 'gradient of ';

/**
 * Adds the loss to a model and turns its weights into inputs, so that the loss can be differentiated by the weights.
 * @throws OneirosError `bad-argument` for names that the model does not have, or a loss that depends on no weight
 */
export function trainingGraph(original: Model, options: TrainingGraphOptions): TrainingGraph {
  const { batchNorm = typeof options.loss === 'string' ? 'fixed' : 'batch', stopGradient = [] } = options;
  const plain = sized(normalizeOpset(original), options.sizes);
  const { model, statistics, overrides } =
    batchNorm === 'batch' ? trainBatchNorm(plain) : { model: plain, statistics: [], overrides: {} };
  const b = new Builder();
  b.load(model.graph);
  const metrics = new Map((options.metrics ?? []).map((name) => [name, named(b, model, name, 'metric')]));
  const loss = lossOf(b, model, options, metrics);
  const graph: Graph = { ...b.graph(model.graph.name), values: model.graph.values };
  const weights = options.wrt ?? trainableWeights(plain.graph, graph, loss.name, stopGradient);
  const outputs = [loss, ...metrics.values()].map(({ name }) => name);
  return {
    model: inLowestOpset({ ...model, graph: withInputs(graph, weights) }, b.budget),
    gradient: {
      loss: loss.name,
      wrt: weights,
      stopGradient,
      prefix: trainingPrefix,
      overrides,
      ...(options.recompute === true && { checkpoints: 'auto' }),
      keepOutputs: [...new Set([...outputs, ...statistics.map(({ batch }) => batch)])],
    },
    loss: loss.name,
    metrics: new Map(Array.from(metrics, ([name, value]) => [name, value.name])),
    weights,
    statistics,
  };
}

/** Adds the loss to the graph, and its reports to `metrics`. */
function lossOf(
  b: Builder,
  model: Model,
  { loss, sizes }: TrainingGraphOptions,
  metrics: Map<string, Value>,
): Value {
  if (typeof loss === 'string') return named(b, model, loss, 'loss');
  const [first] = model.graph.outputs;
  const targets = new Set<string>();
  const target = (name: string, dtype: DType, shape: Shape) => {
    if (targets.has(name)) return checkType(b.value(name), dtype);
    targets.add(name);
    return b.has(name) ? checkType(b.value(name), dtype) : b.input(name, dtype, sizes?.get(name) ?? shape);
  };
  const output = (name = first?.name ?? '') => named(b, model, name, 'value for the loss');
  const value = loss({ b, output, target, report: (name, metric) => metrics.set(name, metric) });
  // The loss needs its own name, even if the value is also an output of the network.
  return b.reshape(value, []);
}

function checkType(value: Value, dtype: DType): Value {
  if (value.type?.dtype === dtype) return value;
  throw new OneirosError(
    'bad-argument',
    `two losses share the target "${value.name}" but expect it to be ${value.type?.dtype ?? 'unknown'} and ${dtype}: give one of them another \`target\``,
  );
}

function named(b: Builder, { graph }: Model, name: string, what: string): Value {
  if (b.has(name)) return b.value(name);
  throw new OneirosError(
    'bad-argument',
    `the model has no ${what} "${name}"; near names: ${nearest(name, namesOf(graph)).join(', ')}`,
  );
}

/** The model for feeds of only these sizes. */
function sized(model: Model, sizes: FeedSizes | undefined): Model {
  if (sizes === undefined) return model;
  const inputs = model.graph.inputs.map((info) => {
    const dims = sizes.get(info.name);
    if (dims === undefined || info.type === null) return info;
    const declared = info.type.shape;
    const fits =
      declared === null ||
      (declared.length === dims.length &&
        declared.every((size, axis) => typeof size === 'string' || size === dims[axis]));
    if (!fits)
      throw new OneirosError(
        'bad-argument',
        `the model's input "${info.name}" is [${declared.join(', ')}], but the batch has [${dims.join(', ')}]`,
      );
    return { name: info.name, type: { ...info.type, shape: dims } };
  });
  return { ...model, graph: { ...model.graph, inputs } };
}

/** The graph with some of its constants as inputs, so that they are not folded. */
function withInputs(graph: Graph, names: readonly string[]): Graph {
  const initializers = new Map(graph.initializers);
  const inputs = graph.inputs.filter(({ name }) => !names.includes(name));
  for (const name of names) {
    const constant = initializers.get(name);
    if (constant === undefined || constant.dtype === 'opaque')
      throw new OneirosError(
        'bad-argument',
        `"${name}" cannot be trained: near names of the model's constants are ${nearest(name, initializers.keys()).join(', ')}`,
      );
    initializers.delete(name);
    inputs.push({ name, type: { dtype: constant.dtype, shape: constant.dims } });
  }
  return { ...graph, initializers, inputs };
}

/** Inputs of operators that are never weights, even if they are constants: statistics, sizes, weights of classes. */
const neverLearned: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [3, 4],
  Resize: [1, 2],
  Pad: [2],
  NegativeLogLikelihoodLoss: [2],
  SoftmaxCrossEntropyLoss: [2],
};

/** Generated names of constants, and those of a preprocessing. */
const unlearned = new RegExp(`^(constant|scalar|sizes)_|^${fixedConstants}`);

/**
 * The float32 constants with at least one axis that the loss depends on, except those with generated names and those
 * that an operator uses for something other than a weight.
 */
function trainableWeights(
  model: Graph,
  graph: Graph,
  loss: string,
  stopGradient: readonly string[],
): readonly string[] {
  const fixed = new Set(
    model.nodes.flatMap(({ op, inputs }) => (own(neverLearned, op) ?? []).map((i) => inputs[i] ?? '')),
  );
  const candidates = Array.from(model.initializers).flatMap(([name, { dtype, dims }]) =>
    dtype === 'float32' && dims.length > 0 && !fixed.has(name) && !unlearned.test(name) ? [name] : [],
  );
  const { values } = activePath(graph, { wrt: candidates, targets: [loss], stops: stopGradient });
  const weights = candidates.filter((name) => values.has(name));
  if (weights.length === 0)
    throw new OneirosError(
      'bad-argument',
      `the loss does not depend on any weight of the model: weights are named float32 constants with at least one axis`,
    );
  return weights;
}
