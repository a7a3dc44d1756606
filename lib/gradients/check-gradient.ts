import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import type { Model } from '../onnx/graph/graph.js';
import { type CheckGradientOptions, checkKinds } from './check-options.js';
import type { GradientCheck } from './compare.js';

/**
 * Compares a model's derived gradient with central differences of the model, for a random cotangent of every output and
 * along a random direction in each value to differentiate by. The gradient is computed as usual; the differences are
 * those of the model in double precision, so that steps are small enough to cross hardly any kink, or in the model's
 * precision if an operator has no form in double precision.
 * @throws OneirosError as `grad` does, and `bad-argument` for an input that must be passed in `feeds`
 */
export async function checkGradient(
  model: Model,
  options: CheckGradientOptions = {},
): Promise<readonly GradientCheck[]> {
  check('checkGradient', { model: [model, kind.model] }, options, checkKinds);
  // Only this check uses the double-precision forms of operators: a page loads them with its first check.
  const { compareGradient } = await import('./compare.js');
  return compareGradient(model, options);
}
