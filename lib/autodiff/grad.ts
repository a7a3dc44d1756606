import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { dtypeOf, shapeOf } from '../onnx/builder/builder.js';
import type { Model } from '../onnx/graph/graph.js';
import { Derivation, type Seed } from './derivation.js';
import { gradientName, newName, requireLoss } from './names.js';
import { gradKinds, type GradOptions } from './options.js';

/**
 * Reverse-mode automatic differentiation of an ONNX graph, as another ONNX graph: operator set 17, or the lowest that
 * has the model's newer nodes; no custom operators.
 *
 * The result takes the model's inputs, and a cotangent `d_<output>` for each of `outputs`; it returns the model's
 * outputs, and `d_<value>` for each of `wrt`, of that value's shape and element type. It can be differentiated again.
 *
 * @throws OneirosError `bad-argument` for an unknown name; `unsupported` if an operator on the path has no rule, or if
 *   every path from the outputs to a value of `wrt` ends at an operator without a gradient
 */
export function grad(model: Model, options: GradOptions = {}): Model {
  check('grad', { model: [model, kind.model] }, options, gradKinds);
  const { wrt: by, outputs, loss } = options;
  const derivation = Derivation.begin(model, options, {
    targets: loss === undefined ? outputs : [loss],
    wrt: by,
  });
  const { b } = derivation;
  const named = (name: string) =>
    newName(b, gradientName(name, options.prefix), 'give new names another `prefix`');
  const seeds = seedsOf(derivation, options, named);
  const wrt = derivation.independent(
    by,
    seeds.map(([target]) => target),
  );
  const names = wrt.map(({ name }) => named(name));
  const gradients = derivation.pullBack(seeds, wrt);
  return derivation.finish(gradients.map((gradient, i) => [names[i]!, gradient]));
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
      .map((target) => [target, b.input(named(target.name), dtypeOf(target), shapeOf(target))]);
  if (outputs !== undefined)
    throw new OneirosError('bad-argument', 'grad takes either `loss` or `outputs`, not both');
  const value = requireLoss(b, loss, graph);
  return [[value, b.fillLike(value, 1)]];
}
