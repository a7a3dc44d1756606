import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { dtypeOf, shapeOf } from '../onnx/builder/builder.js';
import type { Model } from '../onnx/graph/graph.js';
import { Derivation, type Seed } from './derivation.js';
import { newName, vectorName } from './names.js';
import { derivationKinds, type DerivationOptions } from './options.js';

export interface JvpOptions extends DerivationOptions {
  /**
   * The values that have tangents: inputs, weights, or any intermediate value. Default: every floating-point input that
   * changes an output.
   */
  readonly wrt?: readonly string[];
  /** The values whose tangents are computed. Default: every floating-point output. */
  readonly outputs?: readonly string[];
}

/**
 * Forward mode: how outputs change when inputs do, at about twice the cost of the model for any number of inputs.
 *
 * The result takes the model's inputs, and a tangent `v_<value>` for each of `wrt`; it returns the model's outputs, and
 * `jv_<output>` = Σ ∂output/∂value · v_value for each of `outputs`; zeros for an output that depends on none of them.
 *
 * It is reverse mode, transposed: Jᵀu is linear in u, so its reverse pass by u is J v for any u (Townsend, 2017). Of
 * the reverse pass, only what J v needs stays in the graph: masks and factors, no products.
 *
 * @throws OneirosError as `grad` does
 */
export function jvp(model: Model, options: JvpOptions = {}): Model {
  check('jvp', { model: [model, kind.model] }, options, {
    ...derivationKinds,
    wrt: kind.texts,
    outputs: kind.texts,
  });
  const derivation = Derivation.begin(model, options, { targets: options.outputs, wrt: options.wrt });
  const { b } = derivation;
  const outputs = derivation.dependent(options.outputs);
  // Any u of the right shape works: use each output itself.
  const u = outputs.map((output) => b.op('Identity', [output]));
  const { wrt, cotangents } = derivation.pullBack(
    outputs.map((output, i): Seed => [output, u[i]!]),
    options.wrt,
  );
  const tangents = wrt.map((value) => {
    const name = newName(b, vectorName(value.name), 'it would be the name of a tangent');
    return b.input(name, dtypeOf(value), shapeOf(value));
  });
  const pushed = derivation.pullBackOrZero(
    cotangents.map((cotangent, i): Seed => [cotangent, tangents[i]!]),
    u,
  );
  return derivation.finish(pushed.map((tangent, i) => [`jv_${outputs[i]!.name}`, tangent]));
}
