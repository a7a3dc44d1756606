import { check } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import type { Model } from '../onnx/graph.js';
import { type CheckGradientOptions, checkKinds } from './check-options.js';
import type { GradientCheck } from './compare.js';

/**
 * Compares a model's derived gradient with central differences of the model, for a random cotangent of every output
 * and along a random direction in each value to differentiate by. The gradient is computed as it always is; the
 * differences are taken of the model in double precision, so that steps are small enough to cross hardly any kink, or
 * in its own where an operator has no form in double precision.
 * @throws OneirosError as `grad` does, and `bad-argument` for an input that has to be given in `feeds`
 */
export async function checkGradient(
  model: Model,
  options: CheckGradientOptions = {},
): Promise<readonly GradientCheck[]> {
  check('checkGradient', { model: [model, kind.model] }, options, checkKinds);
  // Double precision needs forms of operators that nothing else uses: a page loads them with its first check.
  const { compareGradient } = await import('./compare.js');
  return compareGradient(model, options);
}
