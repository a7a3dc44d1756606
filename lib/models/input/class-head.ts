import type { OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { nearest } from '../../base/nearest-names.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Shape } from '../../onnx/graph/graph.js';
import { isFloat } from '../../tensor/dtype.js';
import { type Activation, activationOf, type FoundActivation } from '../output-activation/activation.js';
import { anything, type Spread } from '../output-activation/spread.js';
import { describe } from './picture-input.js';

/** The end of a classifier: names of values of its graph, each float32 1×classes. */
export interface ClassHead {
  readonly probabilities: string;
  /** The value before the activation; logarithms of the probabilities if the graph does not show that value. */
  readonly scores: string;
  readonly classes: number;
  /** The activation between scores and probabilities. */
  readonly activation: Activation;
  /** Whether the activation was added because the graph has none. */
  readonly isAssumed: boolean;
}

/** A network that cannot classify. */
export interface Headless {
  /** Why, as a clause: "its weights end at relu2_1". */
  readonly reason: string;
}

export const activationNames = [
  'softmax',
  'sigmoid',
  'log-softmax',
  'none',
] as const satisfies readonly Activation[];

export interface HeadOptions {
  /** The output that holds the classes. @default the only candidate */
  readonly head?: string | undefined;
  /**
   * How that output becomes probabilities: by a `softmax` or a `sigmoid`; `none` if it holds probabilities,
   * `log-softmax` if it holds their logarithms.
   * @default what the graph shows; a softmax if it gives scores, a sigmoid if it gives a single score
   */
  readonly activation?: Activation | undefined;
}

export const headKinds: OptionKinds<HeadOptions> = { head: kind.text, activation: oneOf(...activationNames) };

/** The outputs of a graph from a file. */
export interface GraphOutputs {
  readonly b: Builder;
  /** The part of each output that belongs to one picture, by the output's name in the file. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** What is known about the numbers of each value of the graph. */
  readonly spreads: ReadonlyMap<string, Spread>;
  /** The part of any other value that belongs to one picture. */
  readonly ofOne: (name: string) => Value;
}

/** An output that may hold the classes. */
interface Row {
  readonly name: string;
  readonly value: Value;
  readonly classes: number;
  readonly spread: Spread;
  readonly found: FoundActivation;
}

/**
 * Finds the output that holds the classes, and adds nodes that convert it to probabilities.
 * @param names the number of class names; if there are two, a single score belongs to the second class
 * @throws OneirosError `bad-argument` if `head` is not an output, or the graph already has another activation
 */
export function classHead(graph: GraphOutputs, names: number, options: HeadOptions): ClassHead | Headless {
  const row = chooseRow(graph, options.head);
  if ('reason' in row) return row;
  const found = options.activation === undefined ? row.found : chosen(row, options.activation);
  if (found.kind === 'unknown')
    return {
      reason: `its graph does not show whether its output "${row.name}" holds scores or probabilities: ${found.why}; set the option \`activation\``,
    };
  const head = withActivation(graph, row, found.kind, options.activation !== undefined);
  return row.classes === 1 && names === 2 ? asTwo(graph.b, head) : head;
}

/** Describes a network's classes, for a note. */
export function describeHead({
  classes,
  activation,
  isAssumed,
}: Pick<ClassHead, 'classes' | 'activation' | 'isAssumed'>): string {
  const of = classes === 1 ? 'of one class' : `of ${classes} classes`;
  if (isAssumed) return `scores ${of}, converted by a ${activation} (assumed: its graph has no activation)`;
  switch (activation) {
    case 'softmax':
      return `probabilities ${of} by a softmax`;
    case 'sigmoid':
      return `independent probabilities ${of}, as by a sigmoid`;
    case 'log-softmax':
      return `logarithms of probabilities ${of}`;
    case 'none':
      return `probabilities ${of}, as the option \`activation\` states`;
  }
}

/** How far rounded probabilities, also in half precision, may be from [0, 1], and their sum from 1. */
const tolerance = 0.01;

/**
 * Checks that computed numbers are probabilities.
 * @param scores the scores, if the activation was assumed
 * @throws OneirosError `runtime` if they are not, or if the scores already are probabilities
 */
export function checkProbabilities(
  { activation, classes }: ClassHead,
  network: string,
  row: Float32Array,
  scores?: Float32Array,
): void {
  if (!row.every((value) => value >= -tolerance && value <= 1 + tolerance))
    throw new OneirosError(
      'runtime',
      `${network} gave ${row.find((value) => !(value >= -tolerance && value <= 1 + tolerance))} as a probability; expected a number from 0 to 1`,
    );
  const adds = (numbers: Float32Array) => numbers.reduce((sum, value) => sum + value, 0);
  if (activation.endsWith('softmax') && Math.abs(adds(row) - 1) > tolerance)
    throw new OneirosError(
      'runtime',
      `${network} gave probabilities that add up to ${adds(row).toPrecision(4)} instead of 1`,
    );
  const isDone =
    scores !== undefined &&
    classes > 1 &&
    scores.every((value) => value >= 0 && value <= 1) &&
    Math.abs(adds(scores) - 1) < 1e-3;
  if (isDone)
    throw new OneirosError(
      'runtime',
      `the scores that ${network} gives are probabilities already, though its graph does not show it (they are in [0, 1] and add up to 1): load it with the activation \`none\``,
    );
}

function chooseRow(graph: GraphOutputs, wanted: string | undefined): Row | Headless {
  const rows = [...graph.outputs].flatMap(([name, value]) => rowOf(graph, name, value) ?? []);
  if (wanted !== undefined) return rowNamed(graph, rows, wanted);
  const [first] = rows;
  if (first === undefined) {
    const found = Array.from(graph.outputs, ([name, { type }]) => describe({ name, type })).join(', ');
    return {
      reason: `none of its outputs is one row of scores or probabilities: ${found || 'it has no outputs'}`,
    };
  }
  // Scores and the probabilities computed from them are the same classes.
  const roots = new Set(rows.map(({ spread }) => rootOf(graph, spread)));
  if (roots.size > 1)
    return {
      reason: `its outputs ${rows.map(({ name, classes }) => `"${name}" (${classes})`).join(' and ')} may all be its classes; choose one with the option \`head\``,
    };
  return rows.find(({ found }) => found.kind !== 'none' && found.kind !== 'unknown') ?? first;
}

function rowNamed({ outputs }: GraphOutputs, rows: readonly Row[], wanted: string): Row {
  const row = rows.find(({ name }) => name === wanted);
  if (row !== undefined) return row;
  const value = outputs.get(wanted);
  throw new OneirosError(
    'bad-argument',
    value === undefined
      ? `there is no output "${wanted}"; near names: ${nearest(wanted, outputs.keys()).join(', ')}`
      : `the output ${describe({ name: wanted, type: value.type })} is not one row of scores or probabilities`,
  );
}

function rootOf({ spreads }: GraphOutputs, { scores, id }: Spread): string {
  return scores === null ? id : (spreads.get(scores)?.id ?? scores);
}

function rowOf({ b, spreads }: GraphOutputs, name: string, value: Value): Row | null {
  const place = value.type && isFloat(value.type.dtype) ? rowAxis(value.type.shape) : null;
  if (place === null) return null;
  const { classes, axis } = place;
  const spread = spreads.get(name) ?? anything(name);
  return {
    name,
    classes,
    spread,
    value: asRow(b, value, classes),
    found: activationOf(spread, axis, classes),
  };
}

/** The only axis longer than 1, apart from the batch axis; `null` if there are several, or a size is unknown. */
export function rowAxis(shape: Shape | null): { readonly classes: number; readonly axis: number } | null {
  if (shape === null) return null;
  const behind = shape.length > 1 ? shape.slice(1) : shape;
  if (shape.length > 1 && typeof shape[0] === 'number' && shape[0] !== 1) return null;
  if (!behind.every((size) => typeof size === 'number' && size > 0)) return null;
  const long = behind.flatMap((size, i) => (size === 1 ? [] : [i]));
  if (long.length > 1) return null;
  const at = long[0] ?? 0;
  return { classes: Number(behind[at] ?? 1), axis: at + shape.length - behind.length };
}

function asRow(b: Builder, value: Value, classes: number): Value {
  const row = b.cast(value, 'float32');
  const shape = row.type?.shape;
  return shape?.length === 2 && shape[1] === classes ? row : b.reshape(row, [1, classes]);
}

/** @throws OneirosError `bad-argument` if the graph already has another activation */
function chosen({ name, found }: Row, activation: Activation): FoundActivation {
  const isThere = found.kind !== 'none' && found.kind !== 'unknown';
  if (isThere && activation !== found.kind && activation !== 'none')
    throw new OneirosError(
      'bad-argument',
      `the graph has a ${found.kind} before its output "${name}", so ${activation} cannot be added; leave \`activation\` out`,
    );
  return { kind: activation };
}

function withActivation(graph: GraphOutputs, row: Row, kind: Activation, isChosen: boolean): ClassHead {
  const { b } = graph;
  const { value, classes, found } = row;
  const named = (op: string, x: Value) =>
    b.op(op, [x], op === 'Softmax' ? { axis: 1 } : {}, { name: b.fresh('prob') });
  const head = (
    activation: Activation,
    probabilities: Value,
    scores: Value,
    isAssumed = false,
  ): ClassHead => ({
    probabilities: probabilities.name,
    scores: scores.name,
    classes,
    activation,
    isAssumed,
  });
  const before = scoresBefore(graph, row);
  if (kind === 'log-softmax') return head(kind, named('Exp', value), before ?? value);
  if (isChosen && kind === 'none') return head(kind, value, before ?? b.log(value));
  const isThere = !isChosen || found.kind === kind;
  if (isThere && kind !== 'none') return head(kind, value, before ?? b.log(value));
  const activation = kind === 'none' ? (classes === 1 ? 'sigmoid' : 'softmax') : kind;
  return head(activation, named(activation === 'sigmoid' ? 'Sigmoid' : 'Softmax', value), value, !isChosen);
}

/** The value before the activation in the graph, if it is a row too. */
function scoresBefore({ b, ofOne }: GraphOutputs, { spread, classes }: Row): Value | null {
  if (spread.scores === null || !b.has(spread.scores)) return null;
  const value = ofOne(spread.scores);
  const place = rowAxis(value.type?.shape ?? null);
  return place?.classes === classes ? asRow(b, value, classes) : null;
}

/** Two classes from the score of the second one: p becomes 1 − p and p. */
function asTwo(b: Builder, head: ClassHead): ClassHead {
  const [probability, score] = [b.value(head.probabilities), b.value(head.scores)];
  return {
    ...head,
    classes: 2,
    probabilities: b.concat([b.sub(1, probability), probability], 1).name,
    scores: b.concat([b.neg(score), score], 1).name,
  };
}
