import { derivationKinds } from '../autodiff/derivation.js';
import type { GradOptions } from '../autodiff/grad.js';
import type { OptionKinds } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import { placementKinds } from '../runtime/options.js';
import type { SessionOptions } from '../runtime/types.js';
import type { Tensor } from '../tensor/tensor.js';

export interface CheckOptions
  extends Omit<GradOptions, 'loss' | 'keepOutputs' | 'prefix'>, Omit<SessionOptions, 'transfer'> {
  /**
   * Where to differentiate. Inputs left out are drawn uniformly from [0, 1) or [0, 255), again where float32 is too
   * coarse; symbolic sizes are taken from `sizes`.
   */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** Sizes of symbolic axes. Default: 1 for the first axis, 64 for others. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Steps of the central differences, relative to the size of the inputs, in descending order. */
  readonly steps?: readonly number[];
  readonly seed?: number;
}

/** The options of `checkGradient`, for checking them. */
export const checkKinds: OptionKinds<CheckOptions> = {
  ...derivationKinds,
  ...placementKinds,
  outputs: kind.texts,
  wrt: kind.texts,
  signal: kind.signal,
  feeds: kind.tensors,
  sizes: kind.numbersByName,
  steps: kind.numbers,
  seed: kind.number,
};
