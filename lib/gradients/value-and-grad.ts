import { differentiating, gradKinds, type GradOptions } from '../autodiff/grad.js';
import { valueOfGradient } from '../autodiff/names.js';
import { check, type OptionKinds, optionsOf, required } from '../base/arguments.js';
import { inSlices } from '../base/cooperative.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { own } from '../base/own.js';
import type { Model } from '../onnx/graph.js';
import { HeldSession } from '../runtime/host/held-session.js';
import { openModel } from '../runtime/host/open-model.js';
import { placementKinds, type RunOptions, type SessionOptions } from '../runtime/host/session.js';
import type { Placement } from '../runtime/placement.js';
import type { Tensor } from '../tensor/tensor.js';

export interface ValueAndGradOptions extends Pick<
  GradOptions,
  'wrt' | 'stopGradient' | 'overrides' | 'prefix'
> {
  /** The value to differentiate, of one element. */
  readonly loss: string;
  /** Where it runs. @default as ONNX Runtime chooses */
  readonly placement?: Placement;
  /** Gives up the opening; it has no effect on what is open. */
  readonly signal?: AbortSignal;
}

const valueAndGradKinds: OptionKinds<ValueAndGradOptions> = {
  wrt: gradKinds.wrt,
  stopGradient: gradKinds.stopGradient,
  overrides: gradKinds.overrides,
  prefix: gradKinds.prefix,
  loss: required(kind.text),
  placement: optionsOf(placementKinds),
  signal: kind.signal,
};

export interface ValueAndGrad {
  readonly value: number;
  /** The loss's gradient by each value of `wrt`, under that value's name and of its shape. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A loss and its gradient, ready to be computed as often as need be; disposable as the session under it is. */
export interface Differentiated extends AsyncDisposable {
  (
    feeds: Readonly<Record<string, Tensor>>,
    options?: Pick<RunOptions, 'signal' | 'transfer'>,
  ): Promise<ValueAndGrad>;
  readonly model: Model;
  dispose(): Promise<void>;
}

/**
 * Derives the gradient of a model's loss and opens one session that computes both in one run; where an abort or a crash has
 * ended its process, the next run opens it anew.
 *
 *     await using step = await valueAndGrad(model, { loss: 'loss', wrt: ['image'] });
 *     const { value, gradients } = await step({ image });
 */
export async function valueAndGrad(model: Model, options: ValueAndGradOptions): Promise<Differentiated> {
  check('valueAndGrad', { model: [model, kind.model] }, options, valueAndGradKinds);
  const { loss, prefix, placement = {}, signal } = options;
  const derived = await inSlices(differentiating(model, { ...options, keepOutputs: [loss] }));
  // The loss is the only output kept; those after it are the gradients.
  const gradients = derived.graph.outputs
    .slice(1)
    .map(({ name }) => [valueOfGradient(name, prefix) ?? name, name] as const);
  const open = (opening: SessionOptions = placement) => openModel(derived, opening);
  const held = new HeldSession({
    key: loss,
    session: await open({ ...placement, ...(signal && { signal }) }),
  });
  let isDisposed = false;
  const compute = async (
    feeds: Readonly<Record<string, Tensor>>,
    run: RunOptions = {},
  ): Promise<ValueAndGrad> => {
    if (isDisposed)
      throw new OneirosError('bad-argument', 'the gradient is disposed: call valueAndGrad for another');
    const results = await held.run({ key: loss, open }, feeds, run);
    return {
      value: scalarOf(own(results, loss)),
      gradients: Object.fromEntries(gradients.map(([value, name]) => [value, own(results, name)!])),
    };
  };
  const dispose = () => {
    isDisposed = true;
    return held.dispose();
  };
  return Object.assign(compute, { model: derived, dispose, [Symbol.asyncDispose]: dispose });
}

function scalarOf(tensor: Tensor | undefined): number {
  const value = tensor?.data[0];
  if (typeof value !== 'number')
    throw new OneirosError('runtime', 'the loss came back as something else than a number');
  return value;
}
