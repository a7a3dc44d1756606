import { OneirosError } from '../../base/errors.js';
import { isSameList } from '../../base/same-list.js';
import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import { attr, describe } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import type { Budget } from '../graph/budget.js';
import type { Dim, Graph, Node, Shape, TensorType } from '../graph/graph.js';
import { anySize } from './dim.js';

/** What is known about a value before the graph runs. */
export interface Facts {
  /** `null` if it is not a tensor, or nothing is known. */
  readonly type: TensorType | null;
  /**
   * The elements of a small tensor of rank 0 or 1 (sizes, axes, pads, scales), each a number or a symbol, so that
   * shapes computed by the graph can be inferred. Booleans are 0 and 1; a symbol that begins with `?` stands for an
   * unknown element, which may be negative. `null` for every other tensor.
   */
  readonly content: readonly Dim[] | null;
  /** The whole tensor, if it is a constant. */
  readonly constant: Tensor | null;
}

export const unknown: Facts = { type: null, content: null, constant: null };

/** What an operator with subgraphs needs besides its inputs. */
export interface Scope {
  /** What is known about a value of the graph around the node. */
  readonly outer: (name: string) => Facts | undefined;
  /** The nesting depth of the node's graph. */
  readonly depth: number;
  /** The budget that inference in subgraphs spends. */
  readonly budget: Budget;
  /** Facts about a graph's outputs, from those about its inputs and the values it captures. */
  readonly infer: (graph: Graph, inputs: readonly Facts[], outer: Scope['outer']) => readonly Facts[];
}

/**
 * How an operator's outputs follow from its inputs: one entry per operator.
 * `inputs[i]` is `unknown` for an absent optional input. A size that is known only when the graph runs is `anySize`;
 * `inferNode` gives it a name.
 */
export type Inference = (node: Node, inputs: readonly Facts[], scope: Scope) => readonly Facts[];

/** The inferences of a family of operators, by name. */
export type Inferences = Readonly<Record<string, Inference>>;

/** Facts about a tensor; `unknown` without an element type. */
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

/** A shape of this rank with unknown sizes. */
export function anyShape(rank: number): Shape {
  return Array.from({ length: rank }, () => anySize);
}

/** Whether as much is known about one value as about another. */
export function isSameFacts(a: Facts, b: Facts): boolean {
  if (a === b) return true;
  return (
    a.constant === b.constant &&
    a.type?.dtype === b.type?.dtype &&
    isSameDims(shapeOf(a), shapeOf(b)) &&
    isSameDims(a.content, b.content)
  );
}

function isSameDims(a: readonly Dim[] | null, b: readonly Dim[] | null): boolean {
  return a === b || (a !== null && b !== null && isSameList(a, b));
}

/** The elements of a small integer tensor if all are known numbers, otherwise `null`. */
export function numbersIn(facts: Facts | undefined): readonly number[] | null {
  const content = facts?.content ?? null;
  return content?.every((item) => typeof item === 'number') === true ? content : null;
}

/** Whether an optional input is given. */
export function isGiven(node: Node, index: number): boolean {
  return (node.inputs[index] ?? '') !== '';
}

/**
 * A list such as axes, which is an attribute in older operator sets and an input in newer ones: the numbers,
 * `undefined` if there are none, `null` if they are known only when the graph runs.
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

/** The error for a node whose inputs contradict each other or the operator. */
export function contradiction(node: Node, inputs: readonly Facts[], why: string): OneirosError {
  const given = inputs.map(describeFacts).join(', ');
  return new OneirosError('bad-input', `${describe(node)}: ${why}; its inputs are ${given || 'none'}`);
}

function describeFacts({ type }: Facts): string {
  if (type === null) return 'unknown';
  return type.shape === null ? type.dtype : `${type.dtype}[${type.shape.join(', ')}]`;
}

/** The shape of an input, checked to have `rank` axes, or at least that many with `orMore`. */
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

/** An axis counted from the front; `count` is the rank, or one more if an axis may be added after the last. */
export function axisOf(node: Node, inputs: readonly Facts[], axis: number, count: number): number {
  const at = fromFront(axis, count);
  if (at < 0 || at >= count)
    throw contradiction(node, inputs, `axis ${axis} is out of range for ${count} axes`);
  return at;
}

/** The element type of several inputs, which must agree; unknown ones are ignored. */
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
