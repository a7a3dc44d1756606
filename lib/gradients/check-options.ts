import { derivationKinds } from '../autodiff/derivation.js';
import type { GradOptions } from '../autodiff/grad.js';
import { type OptionKinds, optionsOf } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement } from '../runtime/types.js';
import type { Tensor } from '../tensor/tensor.js';

export interface CheckGradientOptions extends Pick<
  GradOptions,
  'outputs' | 'wrt' | 'stopGradient' | 'overrides'
> {
  /**
   * Where to differentiate. Inputs left out are drawn uniformly from [0, 1) or [0, 255), again where float32 is too
   * coarse; symbolic sizes are taken from `sizes`.
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

/** The options of `checkGradient`, for checking them. */
export const checkKinds: OptionKinds<CheckGradientOptions> = {
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
