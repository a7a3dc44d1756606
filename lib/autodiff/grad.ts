import { nearest, OneirosError } from '../errors.js';
import { isFloat } from '../tensor/dtype.js';
import type { Value } from '../onnx/builder.js';
import type { Graph, Model, Node } from '../onnx/graph.js';
import { Builder, dtypeOf } from '../onnx/ops.js';
const normaliseOpset = (m: Model) => m;
const optimise = (m: Model) => m;
import { activePath, type ActivePath } from './active.js';
import { unbroadcast } from './broadcast.js';
import { deadEnd, missingRule } from './explain.js';
import type { Cotangents, Rule, RuleTable } from './rule.js';
import { rules } from './rules/index.js';

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

  const walk = new ReverseWalk(
    b,
    normal.graph,
    activePath(normal.graph, wrt, targets, options.stopGradient ?? []),
    options,
  );
  for (const name of targets) {
    const value = requireFloat(b, name, normal.graph);
    walk.seed(
      value,
      options.loss === undefined
        ? b.input(`d_${name}`, dtypeOf(value), shapeOrScalar(value))
        : b.fillLike(value, 1),
    );
  }
  walk.run();

  for (const name of options.keepOutputs ?? normal.graph.outputs.map((output) => output.name))
    b.output(b.value(name));
  for (const name of wrt) b.output(walk.cotangentOf(name), `d_${name}`);
  return optimise({
    ...normal,
    graph: b.graph(`${normal.graph.name} and its gradient`),
    producer: 'oneiros',
  });
}

/** From the last node to the first: each node's rule turns its outputs' cotangents into its inputs'. */
class ReverseWalk {
  readonly #cotangents = new Map<string, Value[]>();
  readonly #rules: RuleTable;

  constructor(
    readonly b: Builder,
    readonly graph: Graph,
    readonly path: ActivePath,
    options: GradOptions,
  ) {
    this.#rules = { ...rules, ...options.overrides };
  }

  seed(value: Value, cotangent: Value): void {
    this.#accumulate(value, cotangent);
  }

  run(): void {
    for (const node of this.graph.nodes.toReversed()) {
      const dys = node.outputs.map((name) => this.#total(name));
      if (this.path.nodes.has(node) && dys.some((dy) => dy !== null)) this.#differentiate(node, dys);
    }
  }

  /** @throws OneirosError `unsupported` if no cotangent has reached that value, with the place where each way ended */
  cotangentOf(name: string): Value {
    const total = this.#total(name);
    if (total === null) throw deadEnd(name, this.path, (node) => this.#reached(node));
    return total;
  }

  #differentiate(node: Node, dys: readonly (Value | null)[]): void {
    const { b } = this;
    const rule = this.#ruleFor(node);
    const x = node.inputs.map((name) => (name === '' ? undefined : b.value(name)));
    const y = node.outputs.map((name) => (name === '' ? undefined : b.value(name)));
    const [first] = y;
    const main = y.find((output) => output !== undefined);
    if (main === undefined) return;
    const dy = dys[0] ?? b.fillLike(first ?? main, 0);
    const cotangents = rule.apply({ b, node, x, y: [first ?? main, ...y.slice(1)], dy, dys });
    this.#distribute(x, cotangents, rule.broadcasts);
  }

  #distribute(x: readonly (Value | undefined)[], cotangents: Cotangents, broadcasts: boolean): void {
    for (const [i, input] of x.entries()) {
      if (input === undefined || !this.path.values.has(input.name)) continue;
      const given = cotangents[i] ?? null;
      const cotangent = typeof given === 'function' ? given() : given;
      if (cotangent === null) continue;
      this.#accumulate(input, broadcasts ? unbroadcast(this.b, cotangent, input) : cotangent);
    }
  }

  #ruleFor(node: Node): Rule {
    const rule = this.#rules[node.name] ?? (node.domain === '' ? this.#rules[node.op] : undefined);
    if (rule === undefined) throw missingRule(node, this.path);
    return rule;
  }

  /** A cotangent has its value's type by definition, which inference may know less exactly. */
  #accumulate(value: Value, cotangent: Value): void {
    const typed = { ...cotangent, type: value.type };
    const parts = this.#cotangents.get(value.name);
    if (parts === undefined) this.#cotangents.set(value.name, [typed]);
    else parts.push(typed);
  }

  #reached(node: Node): boolean {
    return node.outputs.some((name) => this.#cotangents.has(name));
  }

  /** The sum of what has come in; half floats are added up in float32. */
  #total(name: string): Value | null {
    const parts = this.#cotangents.get(name);
    const [first, ...others] = parts ?? [];
    if (parts === undefined || first === undefined) return null;
    if (others.length === 0) return first;
    const dtype = dtypeOf(first);
    const wide = dtype === 'float16' ? 'float32' : dtype;
    const { b } = this;
    const sum = others.reduce((total, part) => b.add(total, b.cast(part, wide)), b.cast(first, wide));
    const total = { ...b.cast(sum, dtype), type: first.type };
    this.#cotangents.set(name, [total]);
    return total;
  }
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

function shapeOrScalar(value: Value) {
  if (value.type?.shape) return value.type.shape;
  throw new OneirosError(
    'unsupported',
    `the number of axes of "${value.name}" cannot be inferred, so its cotangent has no shape`,
  );
}
