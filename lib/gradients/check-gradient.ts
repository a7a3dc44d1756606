import { derivationKinds } from '../autodiff/derivation.js';
import type { GradOptions } from '../autodiff/grad.js';
import { check, type OptionKinds, optionsOf } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import type { Model } from '../onnx/graph.js';
import { placementKinds } from '../runtime/host/session.js';
import type { Placement } from '../runtime/placement.js';
import type { Tensor } from '../tensor/tensor.js';

export interface CheckGradientOptions extends Pick<
  GradOptions,
  'outputs' | 'wrt' | 'stopGradient' | 'overrides'
> {
  /**
   * Where to differentiate. Inputs left out are drawn uniformly from [0, 1) or [0, 255), again where float32 is too
   * coarse for the place; symbolic sizes are taken from `sizes`.
   */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Sizes of symbolic axes. Default: 1 for the first axis, 64 for others. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Steps of the central differences, relative to the size of the inputs, in descending order. */
  readonly steps?: readonly number[];
  /** Of the direction, the cotangents and the inputs that are drawn. @default 1 */
  readonly seed?: number;
  /** Where it runs. @default as ONNX Runtime chooses */
  readonly placement?: Placement;
  /** Gives up between two runs. */
  readonly signal?: AbortSignal;
}

const checkKinds: OptionKinds<CheckGradientOptions> = {
  stopGradient: derivationKinds.stopGradient,
  overrides: derivationKinds.overrides,
  placement: optionsOf(placementKinds),
  outputs: kind.texts,
  wrt: kind.texts,
  signal: kind.signal,
  feeds: kind.tensors,
  sizes: kind.numbersByName,
  steps: kind.numbers,
  seed: kind.number,
};

/** How the derived gradient by one value compares with what differences of the model itself say. */
export interface GradientCheck {
  readonly wrt: string;
  /** The directional derivative ⟨gradient, direction⟩, and the difference quotient that should equal it. */
  readonly analytic: number;
  readonly numeric: number;
  /** |numeric − analytic| / max(|analytic|, ‖gradient‖): what a random direction sees of a gradient is about its norm. */
  readonly error: number;
  readonly norm: number;
  /** How far the difference quotients disagree among themselves, in the error's units. */
  readonly uncertainty: number;
  /** ‖gradient − the same in double precision‖ / ‖gradient‖: how much of the error the model's own precision explains. */
  readonly rounding: number;
  /** What the differences were taken in: double precision wherever the model can be said in it. */
  readonly precision: 'float64' | 'own';
}

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
  // Double precision takes forms of operators that nothing else needs: pages load them with their first check.
  const { compareGradient } = await import('./compare.js');
  return compareGradient(model, options);
}
