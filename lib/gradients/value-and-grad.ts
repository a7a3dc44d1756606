import { valueOfGradient } from '../autodiff/names.js';
import { gradKinds, type GradOptions } from '../autodiff/options.js';
import { check, type OptionKinds, optionsFor, optionsOf, required } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { own } from '../base/own.js';
import type { Model } from '../onnx/graph/graph.js';
import { HeldSession } from '../runtime/held-session.js';
import { openGradient } from '../runtime/open-gradient.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement, RunOptions, SessionOptions } from '../runtime/types.js';
import { numberOf } from '../tensor/results.js';
import type { Tensor } from '../tensor/tensor.js';

export interface ValueAndGradOptions extends Pick<
  GradOptions,
  'wrt' | 'stopGradient' | 'overrides' | 'prefix' | 'checkpoints'
> {
  /** The value to differentiate, with one element. */
  readonly loss: string;
  /** Where it runs. @default as ONNX Runtime chooses */
  readonly placement?: Placement;
  /** Aborts the opening; it has no effect afterwards. */
  readonly signal?: AbortSignal;
}

const valueAndGradKinds: OptionKinds<ValueAndGradOptions> = {
  wrt: gradKinds.wrt,
  stopGradient: gradKinds.stopGradient,
  overrides: gradKinds.overrides,
  prefix: gradKinds.prefix,
  checkpoints: gradKinds.checkpoints,
  loss: required(kind.text),
  placement: optionsOf(placementKinds),
  signal: kind.signal,
};

export interface ValueAndGrad {
  readonly value: number;
  /** The loss's gradient by each value of `wrt`, under that value's name and of its shape. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A loss and its gradient, ready to be computed any number of times. Dispose of it to close its session. */
export interface Differentiated extends AsyncDisposable {
  (
    feeds: Readonly<Record<string, Tensor>>,
    options?: Pick<RunOptions, 'signal' | 'transfer'>,
  ): Promise<ValueAndGrad>;
  dispose(): Promise<void>;
}

/**
 * Derives the gradient of a model's loss and opens one session that computes both in one run. If an abort or a crash
 * has ended its process, the next run reopens it.
 *
 *     await using step = await valueAndGrad(model, { loss: 'loss', wrt: ['image'] });
 *     const { value, gradients } = await step({ image });
 */
export async function valueAndGrad(model: Model, options: ValueAndGradOptions): Promise<Differentiated> {
  check('valueAndGrad', { model: [model, kind.model] }, options, valueAndGradKinds);
  const { loss, prefix, placement = {}, signal } = options;
  const gradient = { ...optionsFor(gradKinds, options), keepOutputs: [loss] };
  const open = (opening: SessionOptions = placement) => openGradient(model, gradient, opening);
  const session = await open({ ...placement, ...(signal && { signal }) });
  // The loss is the only output kept; those after it are the gradients.
  const gradients = session.outputs
    .slice(1)
    .map(({ name }) => [valueOfGradient(name, prefix) ?? name, name] as const);
  const held = new HeldSession({ key: loss, session });
  let isDisposed = false;
  const compute = async (
    feeds: Readonly<Record<string, Tensor>>,
    run: RunOptions = {},
  ): Promise<ValueAndGrad> => {
    if (isDisposed)
      throw new OneirosError('bad-argument', 'the gradient is disposed; call valueAndGrad again');
    const results = await held.run({ key: loss, open }, feeds, run);
    return {
      value: numberOf(results, loss),
      gradients: Object.fromEntries(gradients.map(([value, name]) => [value, own(results, name)!])),
    };
  };
  const dispose = () => {
    isDisposed = true;
    return held.dispose();
  };
  return Object.assign(compute, { dispose, [Symbol.asyncDispose]: dispose });
}
