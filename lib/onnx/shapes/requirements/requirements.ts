import { anySize, isEqual } from '../../facts/dim.js';
import { contradiction, type Facts, isGiven, requireRank, shapeOf } from '../../facts/facts.js';
import { attr } from '../../graph/attributes.js';
import type { Dim, Node, Shape } from '../../graph/graph.js';

/** What an operator requires of a node, as a check. */
export type Check = (of: Requirements) => void;

/** The checks of a family of operators, by name. */
export type Checks = readonly (readonly [string, Check])[];

/**
 * What is known about a node's inputs and attributes, with a check for each kind of requirement in the specification. A
 * check that needs an unknown rank or size passes. Each throws OneirosError `bad-input`.
 */
export class Requirements {
  constructor(
    readonly node: Node,
    readonly inputs: readonly Facts[],
  ) {}

  shape(input: number): Shape | null {
    return shapeOf(this.inputs[input]);
  }

  rank(input: number): number | null {
    return this.shape(input)?.length ?? null;
  }

  size(input: number, axis: number): Dim | null {
    return this.shape(input)?.at(axis) ?? null;
  }

  /** How many axes an image has after batch and channels. */
  get spatialRank(): number | null {
    const shape = requireRank(this.node, this.inputs, 0, 3, true);
    return shape === null ? null : shape.length - 2;
  }

  /** How many axes the node works on: those that `axes` names as an attribute or an input, otherwise all of input 0. */
  axisCount(axesInput = Infinity): Dim | null {
    if (isGiven(this.node, axesInput)) return this.size(axesInput, 0);
    return attr.has(this.node, 'axes') ? attr.ints(this.node, 'axes').length : this.rank(0);
  }

  /** The input is a vector, of `length` elements where that is known. With `orEmpty` it may have none. */
  vector(input: number, length: Dim | null = null, { orEmpty = false } = {}): void {
    if (!isGiven(this.node, input)) return;
    const [found] = requireRank(this.node, this.inputs, input, 1) ?? [];
    if (found === undefined || length === null || (orEmpty && found === 0)) return;
    if (isEqual(found, length) === false)
      this.fail(`input ${input} must have ${length} elements, not ${found}`);
  }

  /** Each of these inputs has one element: it is a scalar, or a tensor with axes of size 1. */
  single(...indices: readonly number[]): void {
    for (const input of indices) {
      const wrong = this.shape(input)?.find((size) => isEqual(size, 1) === false);
      if (wrong !== undefined) this.fail(`input ${input} must have one element`);
    }
  }

  /** The input has this shape; `null` stands for any size. */
  shaped(input: number, sizes: readonly (Dim | null)[]): void {
    if (!isGiven(this.node, input)) return;
    const shape = requireRank(this.node, this.inputs, input, sizes.length);
    if (shape?.some((size, i) => isEqual(size, sizes[i] ?? anySize) === false) === true)
      this.fail(
        `input ${input} must have the shape [${sizes.map((size) => size ?? '?').join(', ')}], not [${shape.join(', ')}]`,
      );
  }

  /** The list attribute, if given, has one of these numbers of elements. */
  attribute(name: string, ...lengths: readonly (number | null)[]): void {
    if (!attr.has(this.node, name) || lengths.includes(null)) return;
    const found = this.node.attributes.get(name)?.value;
    const count = Array.isArray(found) ? found.length : 1;
    if (!lengths.includes(count))
      this.fail(`attribute ${name} must have ${lengths.join(' or ')} numbers, not ${count}`);
  }

  /** The axis in an attribute is one of input 0's. */
  axis(name: string, otherwise: number): void {
    const rank = this.rank(0);
    if (rank === null) return;
    for (const axis of this.#axes(name, otherwise))
      if (axis < -rank || axis >= rank) this.fail(`axis ${axis} is out of range for ${rank} axes`);
  }

  /** Two sizes that the operator requires to be equal. */
  same(what: string, a: Dim | null, b: Dim | null): void {
    if (a !== null && b !== null && isEqual(a, b) === false) this.fail(`${what}: ${a} is not ${b}`);
  }

  fail(why: string): never {
    throw contradiction(this.node, this.inputs, why);
  }

  #axes(name: string, otherwise: number): readonly number[] {
    const given = this.node.attributes.get(name);
    if (given?.type === 'ints') return attr.ints(this.node, name);
    return [attr.int(this.node, name, otherwise)];
  }
}
