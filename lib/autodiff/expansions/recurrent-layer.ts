import { type Builder, dtypeOf, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Rewriter } from '../../onnx/builder/rewriter.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Graph, Node } from '../../onnx/graph/graph.js';
import type { Expansion } from './expansion.js';
import { type Activation, activationsOf } from './recurrent-activations.js';

/** The parameters of one direction of a layer; what the node leaves out is `undefined`. */
export interface Parameters {
  readonly node: Node;
  /** [gates · hidden, inputs] */
  readonly W: Value;
  /** [gates · hidden, hidden] */
  readonly R: Value;
  /** [gates · hidden] each, added to the product with W and to that with R. */
  readonly biasW: Value | undefined;
  readonly biasR: Value | undefined;
  /** [peepholes · hidden] */
  readonly P: Value | undefined;
  readonly hidden: number;
  readonly activations: readonly Activation[];
  /** Limits what an activation takes, if the node says so. */
  readonly clip: Activation;
}

/** How a kind of layer computes one step. */
export interface Step {
  /** Added to X·Wᵀ, which is computed for all steps at once. */
  readonly bias: Value | undefined;
  /** @param x [batch, gates · hidden] @param states [batch, hidden] each; the first is the output */
  next(b: Builder, x: Value, states: readonly Value[]): readonly Value[];
}

export interface Cell {
  readonly gates: number;
  /** The default activations. */
  readonly activations: readonly string[];
  /** The inputs with the initial states. */
  readonly initial: readonly number[];
  readonly step: (parameters: Parameters, b: Builder) => Step;
}

const empty: Graph = {
  name: 'step',
  nodes: [],
  inputs: [],
  outputs: [],
  initializers: new Map(),
  values: new Map(),
};

/** Writes a recurrent layer as one Scan over the steps for each direction. */
export function expandLayer(c: Expansion, cell: Cell): void {
  const { b, node } = c;
  const batchFirst = attr.int(node, 'layout', 0) === 1;
  const swapped = (x: Value) => (batchFirst ? b.transpose(x, [1, 0, 2]) : x);
  const X = swapped(c.required(0));
  const kind = attr.string(node, 'direction', 'forward');
  const directions = kind === 'bidirectional' ? [false, true] : [kind === 'reverse'];
  const activations = activationsOf(c, cell.activations, directions.length);
  const count = cell.activations.length;
  const layers = directions.map((backwards, d) => {
    const parameters = parametersOf(c, cell, d, activations.slice(d * count, (d + 1) * count));
    const initial = cell.initial.map((index) => {
      const given = c.input(index);
      return given === undefined
        ? b.expand(b.scalar(0, c.dtype(X)), [b.dim(X, 1), parameters.hidden])
        : part(b, swapped(given), d);
    });
    return runLayer(c, X, parameters.W, cell.step(parameters, b), initial, backwards);
  });
  const join = (parts: readonly Value[], axis: number) =>
    b.concat(
      parts.map((each) => b.unsqueeze(each, [axis])),
      axis,
    );
  const every = join(
    layers.map((layer) => layer.every),
    1,
  );
  const last = cell.initial.map((_, i) =>
    join(
      layers.flatMap((layer) => layer.last[i] ?? []),
      0,
    ),
  );
  c.results([batchFirst ? b.transpose(every, [2, 0, 1, 3]) : every, ...last.map(swapped)]);
}

/** What a parameter has for one direction. */
function part(b: Builder, x: Value, direction: number): Value {
  return b.squeeze(b.slice(x, [0], [direction], [direction + 1]), [0]);
}

function parametersOf(
  c: Expansion,
  { gates }: Cell,
  direction: number,
  activations: readonly Activation[],
): Parameters {
  const { b, node } = c;
  const [W, R] = [part(b, c.required(1), direction), part(b, c.required(2), direction)];
  const hidden = R.type?.shape?.[1];
  if (typeof hidden !== 'number') return c.fail('a number of units that is known only when the graph runs');
  const [bias, peepholes] = [c.input(3), c.input(7)];
  const count = gates * hidden;
  const [biasW, biasR] = bias === undefined ? [] : b.split(part(b, bias, direction), [count, count], 0, 2);
  const limit = attr.float(node, 'clip', 0);
  const clip: Activation = (inner, x) =>
    limit === 0
      ? x
      : inner.op('Clip', [x, inner.scalar(-limit, c.dtype(x)), inner.scalar(limit, c.dtype(x))]);
  const P = peepholes && part(b, peepholes, direction);
  return { node, W, R, biasW, biasR, P, hidden, activations, clip };
}

/** The states after every step, [steps, batch, hidden], and after the last one, [batch, hidden] each. */
interface Run {
  readonly every: Value;
  readonly last: readonly Value[];
}

/**
 * Runs a layer in one direction. Beyond the end of a shorter sequence the states stay and the output is 0; an empty
 * sequence has final states of 0, as in ONNX Runtime.
 */
function runLayer(
  c: Expansion,
  X: Value,
  W: Value,
  step: Step,
  initial: readonly Value[],
  backwards: boolean,
): Run {
  const { b } = c;
  const product = b.matmul(X, b.transpose(W, [1, 0]));
  const projected = step.bias === undefined ? product : b.add(product, step.bias);
  const lengths = c.input(4) && b.unsqueeze(b.cast(c.required(4), 'int64'), [1]);
  const sequences = lengths === undefined ? [projected] : [projected, isWithin(b, X, lengths)];
  const { every, last } = runSteps(b, step, initial, sequences, backwards);
  if (lengths === undefined) return { every, last };
  const isEmpty = b.equal(lengths, 0);
  return { every, last: last.map((state) => b.where(isEmpty, 0, state)) };
}

/** Which steps are within each sequence, [steps, batch, 1]. */
function isWithin(b: Rewriter, X: Value, lengths: Value): Value {
  return b.less(b.unsqueeze(b.range(b.dim(X, 0)), [1, 2]), lengths);
}

function runSteps(
  b: Rewriter,
  step: Step,
  initial: readonly Value[],
  sequences: readonly Value[],
  backwards: boolean,
): Run {
  const body = b.inner(empty);
  const input = (like: Value, shape = shapeOf(like)) => body.input(body.fresh('step'), dtypeOf(like), shape);
  const states = initial.map((state) => input(state));
  const [x, isGoing] = sequences.map((sequence) => input(sequence, shapeOf(sequence).slice(1)));
  if (x === undefined) throw new RangeError('a layer needs a sequence');
  const next = step.next(body, x, states);
  const kept = next.map((state, i) =>
    isGoing === undefined ? state : body.where(isGoing, state, states[i] ?? 0),
  );
  for (const state of kept) body.output(state, body.fresh('next'));
  const output = next[0] ?? x;
  body.output(isGoing === undefined ? output : body.where(isGoing, output, 0), body.fresh('output'));
  const direction = backwards ? 1 : 0;
  const results = b.ops('Scan', [...initial, ...sequences], initial.length + 1, {
    body: { type: 'graph', value: body.graph('step') },
    num_scan_inputs: sequences.length,
    scan_input_directions: sequences.map(() => direction),
    scan_output_directions: [direction],
  });
  return { every: results[initial.length] ?? x, last: results.slice(0, initial.length) };
}
