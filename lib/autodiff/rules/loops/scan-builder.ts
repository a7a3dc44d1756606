import { Builder, dtypeOf, shapeOf } from '../../../onnx/builder/builder.js';
import type { Value } from '../../../onnx/builder/graph-builder.js';
import { fromFront } from '../../../onnx/graph/axis.js';
import type { Graph, Node } from '../../../onnx/graph/graph.js';
import { usedIn } from '../../../onnx/graph/subgraphs.js';
import type { Stacking } from '../../../onnx/passes/loop-form.js';
import { requireRepeatable } from '../repeatable.js';

interface Sequence extends Stacking {
  readonly value: Value;
  /** The body's input for one element. */
  readonly part: Value;
}

interface CarriedValue {
  readonly begin: Value;
  readonly input: Value;
}

interface StackedValue extends Stacking {
  readonly part: Value;
}

/** Builds a Scan that goes through sequences from the other end than a loop did. */
export class ScanBuilder {
  /** The builder of the body. */
  readonly b: Builder;
  readonly #sequences: Sequence[] = [];
  readonly #carried: CarriedValue[] = [];
  readonly #next: Value[] = [];
  readonly #stacked: StackedValue[] = [];

  /** @param around the builder of the graph in which the Scan will be */
  constructor(readonly around: Builder) {
    this.b = new Builder(around);
  }

  /** The element that the loop took from a sequence, or the part that it added to a result, in one iteration. */
  takeApart(value: Value, { axis, backwards }: Stacking): Value {
    const { b } = this;
    const shape = shapeOf(value);
    const at = fromFront(axis, shape.length);
    const part = b.input(b.fresh('part'), dtypeOf(value), shape.toSpliced(at, 1));
    this.#sequences.push({ value, axis, backwards: !backwards, part });
    return part;
  }

  /** A value that the steps carry. @param like a value of its type and shape */
  carry(begin: Value, like: Value): Value {
    const { b } = this;
    const input = b.input(b.fresh('carried'), dtypeOf(like), shapeOf(like));
    this.#carried.push({ begin, input });
    return input;
  }

  /** What becomes of the next carried value, in the order in which they were declared. */
  next(value: Value): void {
    this.#next.push(value);
  }

  /** Stacks a result where the loop took an element from a sequence. */
  stack(part: Value, { axis, backwards }: Stacking): void {
    this.#stacked.push({ part, axis, backwards: !backwards });
  }

  get begins(): readonly Value[] {
    return this.#carried.map(({ begin }) => begin);
  }

  get count(): number {
    return this.#carried.length + this.#stacked.length;
  }

  /** Adds the Scan to the graph around. @returns the carried values after the last step, then the stacked ones */
  finish(of: Node): readonly Value[] {
    const { body, sequences } = this.#body(of);
    return this.around.ops('Scan', [...this.begins, ...sequences.map(({ value }) => value)], this.count, {
      body: { type: 'graph', value: body },
      num_scan_inputs: sequences.length,
      scan_input_axes: sequences.map(({ axis }) => axis),
      scan_input_directions: sequences.map(direction),
      scan_output_axes: this.#stacked.map(({ axis }) => axis),
      scan_output_directions: this.#stacked.map(direction),
    });
  }

  /** The body without the sequences that it does not use; one stays, since Scan takes the number of steps from it. */
  #body(of: Node): { readonly body: Graph; readonly sequences: readonly Sequence[] } {
    const { b } = this;
    for (const value of [...this.#next, ...this.#stacked.map(({ part }) => part)])
      b.output(value, b.fresh('result'));
    const body = requireRepeatable(b.graph('reverse'), of);
    const used = usedIn(body);
    const needed = this.#sequences.filter(({ part }) => used.has(part.name));
    const sequences = needed.length > 0 ? needed : this.#sequences.slice(0, 1);
    const inputs = [...this.#carried.map(({ input }) => input), ...sequences.map(({ part }) => part)];
    return { sequences, body: { ...body, inputs: inputs.map(({ name, type }) => ({ name, type })) } };
  }
}

function direction({ backwards }: Stacking): number {
  return backwards ? 1 : 0;
}
