import { OneirosError } from '../../../base/errors.js';
import type { Value } from '../../../onnx/builder/graph-builder.js';
import { isEqual } from '../../../onnx/facts/dim.js';
import { describe } from '../../../onnx/graph/attributes.js';
import type { Node } from '../../../onnx/graph/graph.js';
import type { LoopForm, Stacking } from '../../../onnx/passes/loop-form.js';
import { isFloat } from '../../../tensor/dtype.js';
import type { Region, RuleContext } from '../rule.js';
import type { States } from './recorded-states.js';
import type { ScanBuilder } from './scan-builder.js';

/** A value that the loop carries: around the loop, into an iteration and out of it. */
export interface Carried {
  /** Which input of the node `initial` is. */
  readonly index: number;
  readonly initial: Value;
  readonly input: Value;
  readonly output: Value;
  /** Which output of the region `output` is. */
  readonly position: number;
  /** The cotangent of the value after the last iteration. */
  readonly dy: Value | null;
}

/** A sequence of which each iteration takes an element. */
export interface Scanned extends Stacking {
  readonly index: number;
  readonly value: Value;
  readonly element: Value;
}

/** A result to which each iteration adds a part. */
export interface Part extends Stacking {
  readonly output: Value;
  readonly position: number;
  readonly dy: Value | null;
}

/** One iteration of a loop, computed once more. */
export interface Iteration {
  readonly region: Region;
  readonly carried: readonly Carried[];
  readonly scanned: readonly Scanned[];
  readonly parts: readonly Part[];
}

/** Computes an iteration in a step of a Scan, which takes what the body received from `states` and the sequences. */
export function enterIteration(
  { node, x, dys, enter }: RuleContext,
  form: LoopForm,
  states: States,
  step: ScanBuilder,
): Iteration {
  const { carried, inputsBefore, bodyInputsBefore, bodyOutputsBefore } = form;
  const takeState = (value: Value) => step.takeApart(value, { axis: 0, backwards: false });
  const trip = states.trip === undefined ? [] : [takeState(states.trip), step.b.scalar(1, 'bool')];
  const received = states.carried.map(takeState);
  const sequences = form.sequences.map((stacking, k) => ({
    ...stacking,
    index: carried + k,
    value: at(x, carried + k, node),
  }));
  const elements = sequences.map((sequence) => step.takeApart(sequence.value, sequence));
  const region = enter(form.body, step.b, [...trip, ...received, ...elements]);
  return {
    region,
    carried: received.map((_, i) => ({
      index: inputsBefore + i,
      initial: at(x, inputsBefore + i, node),
      input: at(region.inputs, bodyInputsBefore + i, node),
      output: at(region.outputs, bodyOutputsBefore + i, node),
      position: bodyOutputsBefore + i,
      dy: dys[i] ?? null,
    })),
    scanned: sequences.map((sequence, k) => ({
      ...sequence,
      element: at(region.inputs, bodyInputsBefore + carried + k, node),
    })),
    parts: form.stacks.map((stacking, k) => ({
      ...stacking,
      output: at(region.outputs, bodyOutputsBefore + carried + k, node),
      position: bodyOutputsBefore + carried + k,
      dy: dys[carried + k] ?? null,
    })),
  };
}

/**
 * The carried values through which cotangents flow from one iteration to the one before: those that depend on values
 * to differentiate by, and on which a result with a cotangent depends, perhaps only after several iterations.
 */
export function carriedOnPath(
  { region, carried, scanned, parts }: Iteration,
  { captured, isActive }: RuleContext,
): readonly Carried[] {
  const sources = [
    ...captured,
    ...scanned.flatMap(({ value, element }) => (isActive(value) ? [element] : [])),
  ];
  const active = grown(
    carried.filter(({ initial }) => isActive(initial)),
    carried.filter(({ input }) => isFloat(input.type?.dtype ?? 'float32')),
    (found) =>
      region.between(
        carried.map(({ output }) => output),
        [...sources, ...found.map(({ input }) => input)],
      ),
    ({ output }) => output,
  );
  const targets = parts.flatMap(({ output, dy }) => (dy === null ? [] : [output]));
  const wanted = grown(
    carried.filter(({ dy }) => dy !== null),
    carried,
    (found) =>
      region.between(
        [...targets, ...found.map(({ output }) => output)],
        active.map(({ input }) => input),
      ),
    ({ input }) => input,
  );
  return active.filter((value) => wanted.includes(value));
}

/** Adds candidates whose value is among the names that those found so far lead to, until there are no more. */
function grown(
  first: readonly Carried[],
  candidates: readonly Carried[],
  namesFrom: (found: readonly Carried[]) => ReadonlySet<string>,
  valueOf: (candidate: Carried) => Value,
): readonly Carried[] {
  const names = namesFrom(first);
  const found = candidates.filter((each) => first.includes(each) || names.has(valueOf(each).name));
  return found.length > first.length ? grown(found, candidates, namesFrom, valueOf) : first;
}

/** @throws OneirosError `unsupported` if a carried value certainly does not keep its shape */
export function requireSameShape({ initial, input, output }: Carried, node: Node): void {
  const shapes = [initial, input, output].map(({ type }) => type?.shape ?? null);
  const [first] = shapes;
  const changed = shapes.some(
    (shape) =>
      first !== null &&
      first !== undefined &&
      shape !== null &&
      (shape.length !== first.length ||
        shape.some((size, axis) => isEqual(size, first[axis] ?? 0) === false)),
  );
  if (changed || changes(input, output))
    throw new OneirosError(
      'unsupported',
      `${describe(node)} cannot be differentiated, since it carries "${initial.name}", whose shape changes from ` +
        'iteration to iteration; stack the parts instead, expand the initial value to its later shape, or cut the path with `stopGradient`',
    );
}

function changes({ type: a }: Value, { type: b }: Value): boolean {
  return (a?.shape ?? []).some((size, axis) => isEqual(size, b?.shape?.[axis] ?? size) === false);
}

function at(values: readonly (Value | undefined)[], index: number, node: Node): Value {
  const value = values[index];
  if (value === undefined)
    throw new OneirosError(
      'bad-input',
      `${describe(node)} lacks input ${index}, or its body does not fit it`,
    );
  return value;
}
