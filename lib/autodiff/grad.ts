import { nearest, OneirosError } from '../errors.js';
import { isFloat } from '../tensor/dtype.js';
import type { Value } from '../onnx/builder.js';
import type { Graph, Model } from '../onnx/graph.js';
import { Builder, dtypeOf, shapeOf } from '../onnx/ops.js';
const normaliseOpset = (m: Model) => m;
const optimise = (m: Model) => m;
import { requireConnection } from './active.js';
import { deadEnd } from './explain.js';
import type { RuleTable } from './rule.js';
import { rules } from './rules/index.js';
import { ReverseWalk } from './walk.js';

export interface GradOptions {
  /**
   * Values whose cotangents the gradient model takes as inputs `d_<output>`: outputs, or any value in between. A
   * vector–Jacobian product. Default: every floating-point output of the graph, unless `loss` is given.
   */
  readonly outputs?: readonly string[];
  /** A value of one element instead, whose cotangent is 1: a plain gradient, without further inputs. */
  readonly loss?: string;
  /**
   * Values to differentiate by, which become outputs `d_<value>`: inputs, weights, or any value in between.
   * Default: every floating-point input of the graph.
   */
  readonly wrt?: readonly string[];
  /** Values through which no gradient passes. */
  readonly stopGradient?: readonly string[];
  /** Rules to use instead of the table's, by operator or by node name: see `overrides.ts`. */
  readonly overrides?: RuleTable;
  /** Which of the graph's outputs the gradient model keeps. Default: all. */
  readonly keepOutputs?: readonly string[];
}

/**
 * Reverse-mode automatic differentiation of an ONNX graph, as another ONNX graph (operator set 17, no custom operators).
 *
 * The result takes the model's inputs, and a cotangent `d_<output>` for each of `outputs`; it returns the model's
 * outputs, and `d_<value>` for each of `wrt`, of that value's shape and element type.
 *
 * @throws OneirosError `bad-argument` for an unknown name; `unsupported` where an operator on the way has no rule, or
 *   every way from the outputs to a value of `wrt` ends at an operator without a gradient
 */
export function grad(model: Model, options: GradOptions = {}): Model {
  const normal = normaliseOpset(model);
  const b = Builder.from(normal.graph);
  const targets = targetsOf(normal.graph, b, options);
  const wrt = options.wrt ?? floatNames(normal.graph.inputs, b);
  for (const name of wrt) requireFloat(b, name, normal.graph);

  const walk = new ReverseWalk(b, normal.graph, {
    targets,
    wrt,
    stopGradient: options.stopGradient ?? [],
    rules: { ...rules, ...options.overrides },
  });
  requireConnection(walk.path);
  for (const name of targets) {
    const value = requireFloat(b, name, normal.graph);
    const seed =
      options.loss === undefined
        ? b.input(`d_${name}`, dtypeOf(value), shapeOf(value))
        : b.fillLike(value, 1);
    walk.seed(value, seed);
  }
  walk.run();

  for (const name of options.keepOutputs ?? normal.graph.outputs.map((output) => output.name))
    b.output(b.value(name));
  for (const name of wrt) {
    const cotangent = walk.cotangentOf(name);
    if (cotangent === null) throw deadEnd(name, walk.path, (value) => walk.cotangentOf(value) !== null);
    b.output(cotangent, `d_${name}`);
  }
  return optimise({
    ...normal,
    graph: b.graph(`${normal.graph.name} and its gradient`),
    producer: 'oneiros',
  });
}

function targetsOf(graph: Graph, b: Builder, { outputs, loss }: GradOptions): readonly string[] {
  if (loss === undefined) return outputs ?? floatNames(graph.outputs, b);
  if (outputs !== undefined)
    throw new OneirosError('bad-argument', 'grad takes either `loss` or `outputs`, not both');
  const sizes = requireFloat(b, loss, graph).type?.shape;
  if (sizes?.some((size) => typeof size === 'number' && size !== 1))
    throw new OneirosError(
      'bad-argument',
      `the loss "${loss}" has shape [${sizes.join(', ')}], but a loss has one element; reduce it, or pass it in \`outputs\``,
    );
  return [loss];
}

function floatNames(infos: Graph['inputs'], b: Builder): readonly string[] {
  return infos.map((info) => info.name).filter((name) => isFloat(b.value(name).type?.dtype ?? 'string'));
}

function requireFloat(b: Builder, name: string, graph: Graph): Value {
  if (!b.has(name)) {
    const known = [
      ...graph.inputs.map((input) => input.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
    ];
    throw new OneirosError(
      'bad-argument',
      `the model has no value "${name}"; near names: ${nearest(name, known).join(', ')}`,
    );
  }
  const value = b.value(name);
  if (!isFloat(dtypeOf(value)))
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${dtypeOf(value)}; only floating-point values have gradients`,
    );
  return value;
}
