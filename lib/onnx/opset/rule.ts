import { OneirosError } from '../../base/errors.js';
import type { DType } from '../../tensor/dtype.js';
import type { Value } from '../builder/graph-builder.js';
import type { Rewriter } from '../builder/rewriter.js';
import { numbersIn } from '../facts/facts.js';
import { type AttributeLike, attributes, describe } from '../graph/attributes.js';
import { type Attribute, type Node, OPSET } from '../graph/graph.js';

/**
 * How a node of another operator set is expressed in operator set 17, in one step. The first of an operator's rules
 * that fits the version applies; if none fits, the node means the same in 17.
 */
export interface Rule {
  /** For versions below this one. */
  readonly before?: number;
  /** For this version and later ones. */
  readonly from?: number;
  readonly convert: (context: Conversion) => void;
}

export type Rules = Readonly<Record<string, readonly Rule[]>>;

type Changes = Readonly<Record<string, AttributeLike | undefined>>;

/** One node on its way to operator set 17. Conversions end in one call of `emit`, `keep` or `fail`. */
export class Conversion {
  constructor(
    readonly node: Node,
    readonly version: number,
    readonly b: Rewriter,
  ) {}

  /** The value at an input, `undefined` if the node leaves it out. */
  input(index: number): Value | undefined {
    const name = this.node.inputs[index] ?? '';
    return name === '' ? undefined : this.b.value(name);
  }

  /** The value at an input. @throws OneirosError `bad-input` if the node leaves it out */
  required(index: number): Value {
    const value = this.input(index);
    if (value === undefined)
      throw new OneirosError('bad-input', `${describe(this.node)} has no input ${index}`);
    return value;
  }

  /** The numbers of an input of sizes or axes, which are attributes in 17; `undefined` if it is left out. */
  numbers(index: number, what: string): readonly number[] | undefined {
    const value = this.input(index);
    if (value === undefined) return undefined;
    return numbersIn(value) ?? this.fail(`${what} that are computed when the graph runs`);
  }

  /** How many axes a value has. */
  rank(value: Value): number {
    return value.type?.shape?.length ?? this.fail('an input whose number of axes cannot be inferred');
  }

  /** The element type of a value. */
  dtype(value: Value): DType {
    return value.type?.dtype ?? this.fail('an input whose element type cannot be inferred');
  }

  /** Computes the results of the node, under their names, by this operation. */
  emit(op: string, inputs: readonly (Value | undefined)[], values: Changes = {}): void {
    this.#append(op, inputs, attributes(values));
  }

  /**
   * The node itself, with some attributes changed or (`undefined`) left out.
   * @param inputs instead of those it has
   * @param op instead of the operator it has
   */
  keep(changes: Changes = {}, inputs?: readonly (Value | undefined)[], op = this.node.op): void {
    const kept = new Map<string, Attribute>(this.node.attributes);
    for (const name of Object.keys(changes)) kept.delete(name);
    for (const [name, attribute] of attributes(changes)) kept.set(name, attribute);
    this.#append(op, inputs ?? this.node.inputs.map((_, i) => this.input(i)), kept);
  }

  #append(op: string, values: readonly (Value | undefined)[], kept: ReadonlyMap<string, Attribute>): void {
    const inputs = values.map((value) => value?.name ?? '');
    while (inputs.at(-1) === '') inputs.pop();
    this.b.append({ ...this.node, op, inputs, attributes: kept });
  }

  /** @throws OneirosError `unsupported` always, naming the node, its version and what 17 cannot express */
  fail(what: string): never {
    throw new OneirosError(
      'unsupported',
      `${describe(this.node)} of operator set ${this.version} cannot be expressed in operator set ${OPSET}: ${what}`,
    );
  }
}
