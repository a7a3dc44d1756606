import { spatialAxes } from '../autodiff/rules/window.js';
import { OneirosError } from '../base/errors.js';
import type { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { describe } from '../onnx/graph/attributes.js';
import type { Node } from '../onnx/graph/graph.js';

/** One node to express in double precision. */
export class Original {
  readonly #from: readonly Value[];
  readonly #y: Value;

  /**
   * @param x its inputs, in double precision where they were floats
   * @param from its original inputs, and `y` its original output, with what is known about them: no values of `b`
   */
  constructor(
    readonly b: Builder,
    readonly node: Node,
    readonly x: readonly [Value, ...(Value | undefined)[]],
    from: readonly Value[],
    y: Value,
  ) {
    this.#from = from;
    this.#y = y;
  }

  /** What is known about the original inputs. @throws OneirosError `unsupported` if the first has open sizes */
  get from(): readonly Value[] {
    this.#requireSizes(this.#from[0]);
    return this.#from;
  }

  /** What is known about the original output. @throws OneirosError `unsupported` if it has open sizes */
  get y(): Value {
    this.#requireSizes(this.#y);
    return this.#y;
  }

  #requireSizes(value: Value | undefined): void {
    if (value?.type?.shape?.every((size) => typeof size === 'number') !== true)
      throw new OneirosError(
        'unsupported',
        `${describe(this.node)}: no double-precision form for sizes that are known only when the graph runs`,
      );
  }
}

/** The node's result, or all of its results. */
export type Form = (original: Original) => Value | readonly Value[];

/** A value for each channel, in a shape that broadcasts over pixels. */
export function perChannel(b: Builder, vector: Value, x: Value): Value {
  return b.reshape(vector, [-1, ...spatialAxes(x).map(() => 1)]);
}

/** Adds the parts one by one, so that only one part is in memory besides the sum. */
export function sumOf<T>(b: Builder, items: readonly T[], part: (item: T, i: number) => Value): Value {
  const [first, ...others] = items;
  if (first === undefined) throw new RangeError('a sum of nothing');
  return others.reduce((total, item, i) => b.add(total, part(item, i + 1)), part(first, 0));
}
