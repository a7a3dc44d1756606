import { check } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import type { Model } from '../onnx/graph.js';
import { dtypeOf, shapeOf } from '../onnx/ops.js';
import { Derivation, derivationKinds, type DerivationOptions, type Seed } from './derivation.js';
import { newName, vectorName } from './names.js';

export interface JvpOptions extends DerivationOptions {
  /** The values that move: inputs, weights, or any value in between. Default: every floating-point input. */
  readonly wrt?: readonly string[];
  /** The values whose movement is wanted. Default: every floating-point output. */
  readonly outputs?: readonly string[];
}

/**
 * Forward mode: how outputs move when inputs do, at about twice the model's own cost however many inputs there are.
 *
 * The result takes the model's inputs, and a tangent `v_<value>` for each of `wrt`; it returns the model's outputs, and
 * `jv_<output>` = Σ ∂output/∂value · v_value for each of `outputs`; zeros for an output that does not depend on any.
 *
 * It is reverse mode, transposed: Jᵀu is linear in u, so its own reverse pass by u is J v, whatever u is (Townsend,
 * 2017). Nothing of the reverse pass itself stays in the graph but what J v needs: masks and factors, no products.
 *
 * @throws OneirosError as `grad` does
 */
export function jvp(model: Model, options: JvpOptions = {}): Model {
  check('jvp', { model: [model, kind.model] }, options, {
    ...derivationKinds,
    wrt: kind.texts,
    outputs: kind.texts,
  });
  const derivation = Derivation.begin(model, options);
  const { b } = derivation;
  const wrt = derivation.independent(options.wrt);
  const outputs = derivation.dependent(options.outputs);
  const tangents = wrt.map((value) => {
    const name = newName(b, vectorName(value.name), 'it would be the name of a tangent');
    return b.input(name, dtypeOf(value), shapeOf(value));
  });
  // Any u of the right shape will do: each output itself is at hand.
  const u = outputs.map((output) => b.op('Identity', [output]));
  const pulled = derivation.pullBack(
    outputs.map((output, i): Seed => [output, u[i]!]),
    wrt,
  );
  const pushed = derivation.pullBackOrZero(
    pulled.map((cotangent, i): Seed => [cotangent, tangents[i]!]),
    u,
  );
  return derivation.finish(pushed.map((tangent, i) => [`jv_${outputs[i]!.name}`, tangent]));
}
