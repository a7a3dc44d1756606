import { OneirosError } from '../../base/errors.js';
import type { DType } from '../../tensor/dtype.js';
import { numbersIn } from '../facts/facts.js';
import { type AttributeLike, attributes, describe } from '../graph/attributes.js';
import type { Attribute, Node } from '../graph/graph.js';
import { identityNode } from '../graph/simple-nodes.js';
import { because } from './builder.js';
import type { Value } from './graph-builder.js';
import type { Rewriter } from './rewriter.js';

type Changes = Readonly<Record<string, AttributeLike | undefined>>;

/** One node that is replaced by others. A rewrite ends in one call of `emit`, `results`, `keep` or `fail`. */
export abstract class NodeRewrite {
  constructor(
    readonly node: Node,
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

  /** The numbers of an input of sizes or axes, which must be known; `undefined` if it is left out. */
  numbers(index: number, what: string): readonly number[] | undefined {
    const value = this.input(index);
    if (value === undefined) return undefined;
    return numbersIn(value) ?? this.fail(`${what} that are computed when the graph runs`);
  }

  /** How many axes a value has. */
  rank(value: Value): number {
    return (
      value.type?.shape?.length ??
      this.fail(`an input whose number of axes cannot be inferred${because(value)}`)
    );
  }

  /** The element type of a value. */
  dtype(value: Value): DType {
    return value.type?.dtype ?? this.fail(`an input whose element type cannot be inferred${because(value)}`);
  }

  /** Computes the results of the node, under their names, by this operation. */
  emit(op: string, inputs: readonly (Value | undefined)[], values: Changes = {}): void {
    this.#append(op, inputs, attributes(values));
  }

  /** Gives values that are computed already the names of the node's results; results without a value must be unused. */
  results(values: readonly (Value | undefined)[]): void {
    for (const [i, output] of this.node.outputs.entries()) {
      const value = values[i];
      if (output === '' || value === undefined) continue;
      this.b.append(identityNode(value.name, output));
    }
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

  /** @throws OneirosError `unsupported` always, naming the node and what the rewrite cannot express */
  abstract fail(what: string): never;

  #append(op: string, values: readonly (Value | undefined)[], kept: ReadonlyMap<string, Attribute>): void {
    const inputs = values.map((value) => value?.name ?? '');
    while (inputs.at(-1) === '') inputs.pop();
    this.b.append({ ...this.node, op, domain: '', inputs, attributes: kept });
  }
}
