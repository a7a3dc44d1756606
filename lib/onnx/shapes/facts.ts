import { OneirosError } from '../../base/errors.js';
import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import { attr, describe } from '../attributes.js';
import type { Budget } from '../budget.js';
import type { Dim, Graph, Node, Shape, TensorType } from '../graph.js';
import { anySize } from './dim.js';

/** What is known of a value before the graph runs. */
export interface Facts {
  /** `null` where it is not a tensor, or nothing is known. */
  readonly type: TensorType | null;
  /**
   * The elements of a small tensor of rank 0 or 1 (sizes, axes, pads, scales), each a number or a symbol: how a shape
   * that a graph computes for itself is followed. Booleans are 0 and 1; a symbol that begins with `?` stands for an
   * element of which nothing is known, not even its sign. `null` for every other tensor.
   */
  readonly content: readonly Dim[] | null;
  /** The whole tensor, where it is a constant. */
  readonly constant: Tensor | null;
}

export const unknown: Facts = { type: null, content: null, constant: null };

/** What an operator that holds graphs of its own needs besides its inputs. */
export interface Scope {
  /** What is known of a value of the graph around the node. */
  readonly outer: (name: string) => Facts | undefined;
  /** How many graphs deep the node is. */
  readonly depth: number;
  /** What the inference of graphs inside nodes draws from. */
  readonly budget: Budget;
  /** Facts of a graph's outputs, from those of its inputs and of the values it captures. */
  readonly infer: (graph: Graph, inputs: readonly Facts[], outer: Scope['outer']) => readonly Facts[];
}

/**
 * How an operator's outputs follow from its inputs: one entry per operator.
 * `inputs[i]` is `unknown` for an absent optional input. A size that cannot be known before the graph runs is
 * `anySize`, to be given a name by `inferNode`.
 */
export type Inference = (node: Node, inputs: readonly Facts[], scope: Scope) => readonly Facts[];

/** The inferences of a family of operators, by name. */
export type Inferences = Readonly<Record<string, Inference>>;

/** Facts of a tensor; without an element type nothing can be said. */
export function known(
  dtype: DType | undefined,
  shape: Shape | null,
  content: readonly Dim[] | null = null,
): Facts {
  return dtype === undefined ? unknown : { type: { dtype, shape }, content, constant: null };
}

export function dtypeOf(facts: Facts | undefined): DType | undefined {
  return facts?.type?.dtype;
}

export function shapeOf(facts: Facts | undefined): Shape | null {
  return facts?.type?.shape ?? null;
}

/** A shape of that rank with nothing known of its sizes. */
export function anyShape(rank: number): Shape {
  return Array.from({ length: rank }, () => anySize);
}

/** The elements of a small integer tensor, where all are known numbers. */
export function numbersIn(facts: Facts | undefined): readonly number[] | null {
  const content = facts?.content ?? null;
  return content?.every((item) => typeof item === 'number') === true ? content : null;
}

/** Whether an optional input was given, for all that is known. */
export function isGiven(node: Node, index: number): boolean {
  return (node.inputs[index] ?? '') !== '';
}

/**
 * Axes or the like, which older operator sets give as an attribute and newer ones as an input: the numbers,
 * `undefined` where there are none, `null` where they are known only when the graph runs.
 */
export function listOf(
  node: Node,
  inputs: readonly Facts[],
  attribute: string,
  index: number,
): readonly number[] | null | undefined {
  if (isGiven(node, index)) return numbersIn(inputs[index]);
  return attr.has(node, attribute) ? attr.ints(node, attribute) : undefined;
}

/** An error that says how the inputs of a node contradict each other. */
export function contradiction(node: Node, inputs: readonly Facts[], why: string): OneirosError {
  const given = inputs.map(describeFacts).join(', ');
  return new OneirosError('bad-input', `${describe(node)}: ${why}; its inputs are ${given || 'none'}`);
}

function describeFacts({ type }: Facts): string {
  if (type === null) return 'unknown';
  return type.shape === null ? type.dtype : `${type.dtype}[${type.shape.join(', ')}]`;
}

/** The shape, checked to have `rank` axes (or at least so many). */
export function requireRank(
  node: Node,
  inputs: readonly Facts[],
  index: number,
  rank: number,
  orMore = false,
): Shape | null {
  const shape = shapeOf(inputs[index]);
  if (shape !== null && (orMore ? shape.length < rank : shape.length !== rank))
    throw contradiction(
      node,
      inputs,
      `input ${index} must have ${orMore ? 'at least ' : ''}${rank} axes, not ${shape.length}`,
    );
  return shape;
}

/** An axis counted from the front; `count` is the rank, or one more where an axis may be put behind the last. */
export function axisOf(node: Node, inputs: readonly Facts[], axis: number, count: number): number {
  const fromFront = axis < 0 ? axis + count : axis;
  if (fromFront < 0 || fromFront >= count)
    throw contradiction(node, inputs, `axis ${axis} is out of range for ${count} axes`);
  return fromFront;
}

/** The element type of several inputs, which must agree; unknown ones are left out. */
export function commonDType(
  node: Node,
  inputs: readonly Facts[],
  of: readonly (Facts | undefined)[] = inputs,
): DType | undefined {
  const [first, ...others] = of.map(dtypeOf).filter((dtype) => dtype !== undefined);
  const other = others.find((dtype) => dtype !== first);
  if (other !== undefined)
    throw contradiction(node, inputs, `the element types ${first} and ${other} differ`);
  return first;
}

/** The rule of operators whose result has the type and shape of input 0. */
export const sameAsFirst: Inference = (_, [x]) => [known(dtypeOf(x), shapeOf(x))];
