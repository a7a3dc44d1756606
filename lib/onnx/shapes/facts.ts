import type { Tensor } from '../../tensor/tensor.js';
import type { Dim, Node, TensorType } from '../graph.js';

/** What is known of a value before the graph runs. */
export interface Facts {
  /** `null` where it is not a tensor, or nothing is known. */
  readonly type: TensorType | null;
  /**
   * The elements of a small integer tensor of rank 0 or 1 (sizes, axes, pads), each a number or a symbol: how a shape
   * that a graph computes for itself is followed. `null` for every other tensor.
   */
  readonly content: readonly Dim[] | null;
  /** The whole tensor, where it is a constant. */
  readonly constant: Tensor | null;
}

export const unknown: Facts = { type: null, content: null, constant: null };

/**
 * How an operator's outputs follow from its inputs: one entry per operator.
 * `inputs[i]` is `unknown` for an absent optional input.
 */
export type Inference = (node: Node, inputs: readonly Facts[]) => readonly Facts[];
