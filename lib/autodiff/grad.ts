import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { dtypeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import type { Model } from '../onnx/graph/graph.js';
import type { LeftOut } from './default-wrt.js';
import { Derivation, type Seed } from './derivation.js';
import { gradientName, newName, requireLoss, requireValue } from './names.js';
import { gradKinds, type GradOptions } from './options.js';

/**
 * Reverse-mode automatic differentiation of an ONNX graph, as another ONNX graph: operator set 17, or the lowest that
 * has the model's newer nodes; no custom operators.
 *
 * The result takes the model's inputs, and a cotangent `d_<output>` for each of `outputs`; it returns the model's
 * outputs, and `d_<value>` for each of `wrt`, of that value's shape and element type. It can be differentiated again.
 *
 * @throws OneirosError `bad-argument` for an unknown name, or a value in both `outputs` and `wrt`; `unsupported` if an
 *   operator on the path has no rule or a value on it is bfloat16, or if every path from the outputs to a value of
 *   `wrt` ends at an operator without a gradient
 */
export function grad(model: Model, options: GradOptions = {}): Model {
  check('grad', { model: [model, kind.model] }, options, gradKinds);
  return differentiate(model, options).model;
}

/** A gradient, and the inputs that have none. */
export interface Differentiated {
  readonly model: Model;
  /** The floating-point inputs that the default of `wrt` leaves out. */
  readonly leftOut: readonly LeftOut[];
}

/** The same, and what the default of `wrt` leaves out. */
export function differentiate(model: Model, options: GradOptions): Differentiated {
  const { wrt: by, outputs, loss, checkpoints } = options;
  const kept = checkpoints === 'auto' ? [] : (checkpoints ?? []);
  const targets = loss === undefined ? outputs : [loss];
  const derivation = Derivation.begin(model, options, { targets, wrt: by, kept });
  const { b, graph } = derivation;
  for (const name of kept) requireValue(b, name, graph);
  const named = (name: string) =>
    newName(b, gradientName(name, options.prefix), 'give new names another `prefix`');
  const seeds = seedsOf(derivation, options, named);
  const { wrt, cotangents, leftOut } = derivation.pullBack(seeds, by);
  if (loss === undefined) requireApart(seeds, wrt);
  const names = wrt.map(({ name }) => named(name));
  const gradients = cotangents.map((gradient, i) => [names[i]!, gradient] as const);
  const derived = derivation.finish(gradients, checkpoints);
  return { model: derived, leftOut };
}

/** A value cannot be both: its cotangent, an input, and its gradient, an output, would have one name. */
function requireApart(seeds: readonly Seed[], wrt: readonly Value[]): void {
  const names = new Set(seeds.map(([target]) => target.name));
  const both = wrt.find(({ name }) => names.has(name));
  if (both !== undefined)
    throw new OneirosError(
      'bad-argument',
      `"${both.name}" is among both \`outputs\` and \`wrt\`; the gradient of a value by itself is its cotangent, so leave it out of one of them`,
    );
}

function seedsOf(
  derivation: Derivation,
  { outputs, loss }: GradOptions,
  named: (name: string) => string,
): readonly Seed[] {
  const { b, graph } = derivation;
  if (loss === undefined)
    return derivation
      .dependent(outputs)
      .map((target) => [target, b.input(named(target.name), dtypeOf(target), target.type?.shape ?? null)]);
  if (outputs !== undefined)
    throw new OneirosError('bad-argument', 'grad takes either `loss` or `outputs`, not both');
  const value = requireLoss(b, loss, graph);
  return [[value, b.fillLike(value, 1)]];
}
