import { createHash } from 'node:crypto';

import type { Builder } from '../../lib/onnx/builder/builder.js';
import type { NamedAttributes, Value } from '../../lib/onnx/builder/graph-builder.js';
import type { AttributeLike } from '../../lib/onnx/graph/attributes.js';
import { OPSET } from '../../lib/onnx/graph/graph.js';
import type { Random } from '../../lib/tensor/random.js';
import { sizeOf, type Tensor } from '../../lib/tensor/tensor.js';

/** An input to differentiate by, and how its elements are drawn: away from the operator's kinks. */
export interface Draw {
  readonly dims: readonly number[];
  readonly sample: (r: Random, count: number) => readonly number[];
  /** Elements are whole numbers, and steps of 1 meet no kink: if the operator is linear, differences are exact. */
  readonly whole: boolean;
  /** How far a step may go, 1 unless kinks or poles are near. */
  readonly reach: number;
  /** `weight`: its sizes are known even where those of images are symbols; `held`: not differentiated by. */
  readonly role: 'image' | 'weight' | 'held';
}

type Attributes = Readonly<Record<string, AttributeLike | undefined>>;

/** Whether a row's sizes are known before it runs, or each is a symbol. */
export type Variant = 'static' | 'symbolic';

/** One line of the table: an operator, shapes, attributes. */
export interface Row {
  readonly op: string;
  /** A tensor is a constant of just that element type; `undefined` an absent optional input. */
  readonly inputs: readonly (Draw | Tensor | undefined)[];
  readonly attributes: Attributes;
  readonly options: Options;
}

export interface Options {
  readonly opset?: number;
  /** How many outputs the node has. Default: 1. */
  readonly outputs?: number;
  /** Builds the graph if it has more than one node; the row still checks `op`. */
  readonly build?: (b: Builder, inputs: readonly (Value | undefined)[]) => Value | readonly Value[];
  /** Distinguishes the row, if shapes and attributes do not. */
  readonly note?: string;
  /** Checked in float32 although there is a float64 kernel, since that rounds to float32 internally. */
  readonly roundsWithin?: true;
  /** ONNX Runtime has no kernel for the operator: the model runs as operator set 17 writes it. */
  readonly lacksKernel?: true;
  /** With sizes all known, and with a symbol for each. Default: both. */
  readonly variants?: readonly Variant[];
}

export function row(
  op: string,
  inputs: Row['inputs'],
  attributes: Attributes = {},
  options: Options = {},
): Row {
  return { op, inputs, attributes, options };
}

/** `Conv 2×4×7×6, 3×4×3×3 pads=1,1,1,1`: no two rows have the same. */
export function titleOf({ op, inputs, attributes, options }: Row): string {
  const shapes = inputs.map((input) => (input === undefined ? '–' : describeInput(input)));
  const settings = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${describeAttribute(value)}`],
  );
  const opset = options.opset === undefined ? [] : [`opset ${options.opset}`];
  return [op, shapes.join(', '), ...settings, ...opset, ...(options.note ? [options.note] : [])].join(' ');
}

function describeInput(input: Draw | Tensor): string {
  const shape = input.dims.length === 0 ? 'scalar' : input.dims.join('×');
  if (!('dtype' in input)) return shape;
  const values = Array.from<unknown, string>(input.data, String).join(',');
  const shown =
    values.length > 24 ? `#${createHash('sha1').update(values).digest('hex').slice(0, 6)}` : values;
  return `${shape} (${shown})`;
}

export function describeAttribute(value: AttributeLike): string {
  if (typeof value !== 'object') return String(value);
  if ('type' in value) return describeAttribute(value.type === 'float' ? value.value : value.type);
  return 'dtype' in value ? value.dtype : value.join(',');
}

// Ways to draw. Directions have elements of about ±1 and steps of at most `reach` / 10.

function draw(dims: readonly number[], sample: Draw['sample'], rest: Partial<Draw> = {}): Draw {
  return { dims, sample, whole: false, reach: 1, role: 'image', ...rest };
}

/** Standard normal numbers, for what is smooth everywhere. */
export function normal(...dims: number[]): Draw {
  return draw(dims, (r, n) => Array.from({ length: n }, () => r.normal()));
}

/** Uniform numbers, for what is smooth (or defined) only in an interval. */
export function uniform(low: number, high: number, ...dims: number[]): Draw {
  const reach = Math.min(1, (high - low) / 2);
  return draw(dims, (r, n) => Array.from({ length: n }, () => low + (high - low) * r.uniform()), { reach });
}

/** Numbers in [½, 2). */
export function positive(...dims: number[]): Draw {
  return uniform(0.5, 2, ...dims);
}

/** Numbers in [−4, 4) at least 0.3 away from each kink. */
export function avoiding(kinks: readonly number[], ...dims: number[]): Draw {
  const next = (r: Random): number => {
    const x = 8 * r.uniform() - 4;
    return kinks.some((kink) => Math.abs(x - kink) < 0.3) ? next(r) : x;
  };
  return draw(dims, (r, n) => Array.from({ length: n }, () => next(r)));
}

/** Whole numbers from −4 to 4, for what is linear in each input. */
export function whole(...dims: number[]): Draw {
  return draw(dims, (r, n) => Array.from({ length: n }, () => r.integer(-4, 4)), { whole: true });
}

/** Whole numbers at least 8 apart, in random order: a step of 1 changes no order and no sign. */
export function distinct(...dims: number[]): Draw {
  const sample = (r: Random, n: number) => shuffled(r, n).map((i) => 8 * (i - Math.floor(n / 2)) + 3);
  return draw(dims, sample, { whole: true });
}

/** The same in a range that suits smooth functions: differences of at least 0.4. */
export function apart(...dims: number[]): Draw {
  return draw(dims, (r, n) => shuffled(r, n).map((i) => 0.4 * (i - Math.floor(n / 2)) + 0.2));
}

/** These numbers, chosen to put zeros or ties where they matter. */
export function exactly(values: readonly number[], ...dims: number[]): Draw {
  if (values.length !== sizeOf(dims)) throw new RangeError(`${values.length} values for [${dims.join()}]`);
  return draw(dims, () => values);
}

/** The draw as a weight: an input whose sizes are known before the graph runs. */
export function weight(of: Draw): Draw {
  return { ...of, role: 'weight' };
}

/** The draw as an input that is not differentiated by, of known sizes. */
export function held(of: Draw): Draw {
  return { ...of, role: 'held' };
}

/** A row whose tensors are not constants, but known only when the graph runs: inputs that are cast to int64. */
export function atRunTime(
  op: string,
  inputs: Row['inputs'],
  attributes: NamedAttributes = {},
  opset = OPSET,
): Row {
  const numbers = inputs.map((input) =>
    input !== undefined && 'dtype' in input ? Array.from<unknown, number>(input.data, Number) : null,
  );
  const drawn = inputs.map((input, i) => {
    const given = numbers[i];
    return given && input ? held(exactly(given, ...input.dims)) : input;
  });
  return row(op, drawn, attributes, {
    note: `known at run time: ${numbers.flatMap((each) => (each ? [each.join()] : [])).join('; ')}`,
    opset,
    build: (b, values) =>
      b.op(
        op,
        values.map((value, i) => (value && numbers[i] ? b.cast(value, 'int64') : value)),
        attributes,
      ),
  });
}

function shuffled(r: Random, n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = r.integer(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
