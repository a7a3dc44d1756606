import { derivationKinds, type GradOptions } from '../autodiff/options.js';
import { type OptionKinds, optionsOf } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement } from '../runtime/types.js';
import type { Tensor } from '../tensor/tensor.js';

export interface CheckGradientOptions extends Pick<
  GradOptions,
  'outputs' | 'wrt' | 'stopGradient' | 'overrides'
> {
  /**
   * Where to differentiate, by the name of the input. Missing inputs are drawn uniformly from [0, 1) or [0, 255), again
   * if float32 is too coarse at a point; `sizes` gives symbolic sizes.
   */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Sizes of symbolic axes. Default: 1 for the first axis, 64 for others. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Steps of the central differences, relative to the size of the inputs, in descending order. */
  readonly steps?: readonly number[];
  /** Seed of the random directions, cotangents and inputs. @default 1 */
  readonly seed?: number;
  /** Where it runs. @default as ONNX Runtime chooses */
  readonly placement?: Placement;
  /** Aborts the check between two runs. */
  readonly signal?: AbortSignal;
}

/** How the options of `checkGradient` are checked. */
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
