import { type OptionKinds, optionsOf } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import type { RuleOverrides } from './rule-choice.js';

/** Options of every way to differentiate a model. */
export interface DerivationOptions {
  /** Values through which no gradient passes. */
  readonly stopGradient?: readonly string[];
  /** Rules to use instead of the table's, by operator or by a node's name: `{ operators: guidedRelu }`. */
  readonly overrides?: RuleOverrides;
  /** Which of the graph's outputs the derived model keeps. Default: all. */
  readonly keepOutputs?: readonly string[];
}

export const derivationKinds: OptionKinds<DerivationOptions> = {
  stopGradient: kind.texts,
  overrides: optionsOf({ operators: kind.object, nodes: kind.object }),
  keepOutputs: kind.texts,
};

export interface GradOptions extends DerivationOptions {
  /**
   * Values whose cotangents the gradient model takes as inputs `d_<output>`: outputs, or any intermediate value. The
   * result is a vector–Jacobian product. Default: every floating-point output that the graph computes, unless `loss` is
   * given.
   */
  readonly outputs?: readonly string[];
  /** Instead of `outputs`, a value of one element whose cotangent is 1: a plain gradient, without further inputs. */
  readonly loss?: string;
  /**
   * Values to differentiate by, which become outputs `d_<value>`: inputs, weights, or any intermediate value.
   * Default: every floating-point input of the graph that a gradient reaches, except settings of operators, such as the
   * scales of Resize.
   */
  readonly wrt?: readonly string[];
  /**
   * Prefix of new names; change it for a model that already has values named `d_…`, such as a gradient.
   * @default 'd_'
   */
  readonly prefix?: string;
  /**
   * Saves memory for time (gradient checkpointing): the backward pass keeps only checkpoints, and computes the values
   * between them again. `auto` chooses them by the sizes of values; or name values after which to cut the graph into
   * segments. The gradient has the same bits.
   */
  readonly checkpoints?: 'auto' | readonly string[];
}

export const gradKinds: OptionKinds<GradOptions> = {
  ...derivationKinds,
  outputs: kind.texts,
  loss: kind.text,
  wrt: kind.texts,
  prefix: kind.text,
  checkpoints: kind.checkpoints,
};
