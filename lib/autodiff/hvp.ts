import { check, required } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { dtypeOf, shapeOf } from '../onnx/builder/builder.js';
import type { Model } from '../onnx/graph/graph.js';
import { Derivation, type Seed } from './derivation.js';
import { newName, requireLoss, vectorName } from './names.js';
import { derivationKinds, type DerivationOptions } from './options.js';

export interface HvpOptions extends DerivationOptions {
  /** The value whose second derivatives are computed, with one element. */
  readonly loss: string;
  /**
   * Values to differentiate by: inputs, weights, or any intermediate value. Default: every floating-point input that a
   * gradient reaches.
   */
  readonly wrt?: readonly string[];
}

/**
 * Hessian–vector products: the second derivatives of a loss times a vector, without the Hessian, for about four times
 * the cost of the loss (reverse mode over reverse mode: H v = ∂⟨∂loss/∂x, v⟩/∂x; Pearlmutter, 1994).
 *
 * The result takes the model's inputs, and a vector `v_<value>` for each of `wrt`; it returns the model's outputs, and
 * `hv_<value>` = Σ ∂²loss/∂value∂other · v_other over all `other` in `wrt`. It is zero where the gradient does not
 * change, as in a network that is linear between its kinks.
 *
 * @throws OneirosError as `grad` does
 */
export function hvp(model: Model, options: HvpOptions): Model {
  check('hvp', { model: [model, kind.model] }, options, {
    ...derivationKinds,
    loss: required(kind.text),
    wrt: kind.texts,
  });
  const derivation = Derivation.begin(model, options, { targets: [options.loss], wrt: options.wrt });
  const { b, graph } = derivation;
  const loss = requireLoss(b, options.loss, graph);
  const { wrt, cotangents } = derivation.pullBack([[loss, b.fillLike(loss, 1)]], options.wrt);
  const vectors = wrt.map((value) => {
    const name = newName(b, vectorName(value.name), 'it would be the name of a vector');
    return b.input(name, dtypeOf(value), shapeOf(value));
  });
  const seeds = cotangents.map((gradient, i): Seed => [gradient, vectors[i]!]);
  const products = derivation.pullBackOrZero(seeds, wrt);
  return derivation.finish(products.map((product, i) => [`hv_${wrt[i]!.name}`, product]));
}
