import type { OptionKinds } from '../../base/arguments.js';
import { nearest, OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Shape } from '../../onnx/graph/graph.js';
import { isFloat } from '../../tensor/dtype.js';
import { type Activation, activationOf, type FoundActivation } from '../activation/activation.js';
import { anything, type Spread } from '../activation/spread.js';
import { describe } from './picture-input.js';

/** The end of a classifier: values of its graph, a row each, 1×classes float32. */
export interface ClassHead {
  readonly probabilities: string;
  /** What the probabilities were made of; their logarithms where the graph does not show it. */
  readonly scores: string;
  readonly classes: number;
  /** What makes probabilities of the scores. */
  readonly activation: Activation;
  /** Whether that was added to the graph because nothing in it makes probabilities. */
  readonly isAssumed: boolean;
}

/** Why a network cannot classify. */
export interface Headless {
  readonly reason: string;
}

export const activationNames = [
  'softmax',
  'sigmoid',
  'log-softmax',
  'none',
] as const satisfies readonly Activation[];

export interface HeadOptions {
  /** Which output has the classes, where there are several that could. @default the only one that can */
  readonly head?: string | undefined;
  /**
   * What makes probabilities of that output: `none` if it holds probabilities already, `log-softmax` if their logarithms.
   * @default what the graph shows; of scores a softmax, of a single one a sigmoid
   */
  readonly activation?: Activation | undefined;
}

export const headKinds: OptionKinds<HeadOptions> = { head: kind.text, activation: oneOf(...activationNames) };

/** The outputs of a foreign graph. */
export interface GraphOutputs {
  readonly b: Builder;
  /** What each holds of one picture, by its name in the file. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** What is known of the numbers of each value of the graph. */
  readonly spreads: ReadonlyMap<string, Spread>;
  /** Another value of the graph, of one picture. */
  readonly ofOne: (name: string) => Value;
}

/** An output that could be classes. */
interface Row {
  readonly name: string;
  readonly value: Value;
  readonly classes: number;
  readonly spread: Spread;
  readonly found: FoundActivation;
}

/**
 * Finds what a network says of classes, and adds the nodes that make probabilities of it.
 * @param names how many names there are: of two, a single score is that of the second
 * @throws OneirosError `bad-argument` for a `head` that is no output, or an activation on top of one that is there
 */
export function classHead(graph: GraphOutputs, names: number, options: HeadOptions): ClassHead | Headless {
  const row = chooseRow(graph, options.head);
  if ('reason' in row) return row;
  const found = options.activation === undefined ? row.found : given(row, options.activation);
  if (found.kind === 'unknown')
    return {
      reason: `what the numbers of its output "${row.name}" are cannot be told from its graph, for ${found.why}; say it by \`activation\``,
    };
  const head = withActivation(graph, row, found.kind, options.activation !== undefined);
  return row.classes === 1 && names === 2 ? asTwo(graph.b, head) : head;
}

/** What a network's classes are, for a note. */
export function describeHead({
  classes,
  activation,
  isAssumed,
}: Pick<ClassHead, 'classes' | 'activation' | 'isAssumed'>): string {
  const of = classes === 1 ? 'of one class' : `of ${classes} classes`;
  if (isAssumed)
    return `scores ${of}, taken for a ${activation}’s: nothing in its graph makes probabilities of them`;
  switch (activation) {
    case 'softmax':
      return `probabilities ${of} by a softmax`;
    case 'sigmoid':
      return `probabilities ${of}, each by itself, as by a sigmoid`;
    case 'log-softmax':
      return `logarithms of probabilities ${of}`;
    case 'none':
      return `probabilities ${of}, as it was told`;
  }
}

/** So far may rounded probabilities, of half precision as well, be from what they should be. */
const tolerance = 0.01;

/**
 * Looks whether numbers are the probabilities that the graph was taken to give.
 * @param scores what they were made of, where that was assumed
 * @throws OneirosError `runtime` if they are not
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
      `${network} gave ${row.find((value) => !(value >= -tolerance && value <= 1 + tolerance))} for a probability`,
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
      `what ${network} gives for scores are probabilities already, though its graph does not show it (they are in [0, 1] and add up to 1): open it with the activation \`none\``,
    );
}

function chooseRow(graph: GraphOutputs, wanted: string | undefined): Row | Headless {
  const rows = [...graph.outputs].flatMap(([name, value]) => rowOf(graph, name, value) ?? []);
  if (wanted !== undefined) return rowNamed(graph, rows, wanted);
  const [first] = rows;
  if (first === undefined) {
    const found = Array.from(graph.outputs, ([name, { type }]) => describe({ name, type })).join(', ');
    return { reason: `none of its outputs is one row of scores or probabilities: ${found || 'it has none'}` };
  }
  // Scores, and what is made of them, say the same.
  const roots = new Set(rows.map(({ spread }) => rootOf(graph, spread)));
  if (roots.size > 1)
    return {
      reason: `its outputs ${rows.map(({ name, classes }) => `"${name}" (${classes})`).join(' and ')} could all be its classes; choose one by \`head\``,
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

/** The one axis behind the pictures' that is longer than 1. */
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

/** @throws OneirosError `bad-argument` if the graph shows another activation already */
function given({ name, found }: Row, activation: Activation): FoundActivation {
  const isThere = found.kind !== 'none' && found.kind !== 'unknown';
  if (isThere && activation !== found.kind && activation !== 'none')
    throw new OneirosError(
      'bad-argument',
      `its output "${name}" has a ${found.kind} in the graph already: no ${activation} can be added to that`,
    );
  return { kind: activation };
}

function withActivation(graph: GraphOutputs, row: Row, kind: Activation, isTold: boolean): ClassHead {
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
  if (isTold && kind === 'none') return head(kind, value, before ?? b.log(value));
  const isThere = !isTold || found.kind === kind;
  if (isThere && kind !== 'none') return head(kind, value, before ?? b.log(value));
  const activation = kind === 'none' ? (classes === 1 ? 'sigmoid' : 'softmax') : kind;
  return head(activation, named(activation === 'sigmoid' ? 'Sigmoid' : 'Softmax', value), value, !isTold);
}

/** What an activation in the graph made the row of, if that is a row as well. */
function scoresBefore({ b, ofOne }: GraphOutputs, { spread, classes }: Row): Value | null {
  if (spread.scores === null || !b.has(spread.scores)) return null;
  const value = ofOne(spread.scores);
  const place = rowAxis(value.type?.shape ?? null);
  return place?.classes === classes ? asRow(b, value, classes) : null;
}

/** Two classes of which one has a score, and the other what is left. */
function asTwo(b: Builder, head: ClassHead): ClassHead {
  const [probability, score] = [b.value(head.probabilities), b.value(head.scores)];
  return {
    ...head,
    classes: 2,
    probabilities: b.concat([b.sub(1, probability), probability], 1).name,
    scores: b.concat([b.neg(score), score], 1).name,
  };
}
