import { Builder, dtypeOf, shapeOf } from '../../../onnx/builder/builder.js';
import type { Value } from '../../../onnx/builder/graph-builder.js';
import type { Node } from '../../../onnx/graph/graph.js';
import { loopForm } from '../../../onnx/passes/loop-form.js';
import type { Cotangents, RuleContext } from '../rule.js';
import { carriedOnPath, enterIteration, type Iteration, requireSameShape } from './iteration.js';
import { recordStates } from './recorded-states.js';
import { ScanBuilder } from './scan-builder.js';

/**
 * The gradient of a loop: a Scan from its last iteration to its first, which computes each iteration once more from the
 * values that were carried into it. It carries the cotangents of the carried values and the sums of those of captured
 * values, takes apart the cotangents of stacked results, and stacks those of sequences.
 * @throws OneirosError `unsupported` if the shape of a carried value changes from iteration to iteration, its type is
 *   not known, or an iteration draws random numbers
 */
export function reverseLoop(context: RuleContext): Cotangents {
  const { b, node, captured } = context;
  const form = loopForm(node);
  const states = recordStates(b, node, form);
  const trips = states.trip && shapeOf(states.trip)[0];
  // Scan cannot run for no elements at all; a Loop may have no iterations.
  const mayBeEmpty = trips !== undefined && !(typeof trips === 'number' && trips > 0);
  const step = new ScanBuilder(mayBeEmpty ? new Builder(b) : b);
  const iteration = enterIteration(context, form, states, step);
  const owners = differentiate(iteration, context, step);
  const cotangents: (Value | null)[] = [...node.inputs, ...captured].map(() => null);
  if (owners.length === 0) return cotangents;
  const results =
    mayBeEmpty && states.trip !== undefined ? finishIfAny(step, states.trip, b, node) : step.finish(node);
  for (const [i, { index, value }] of owners.entries()) {
    const result = results[i];
    if (result !== undefined) cotangents[index] = b.castLike(result, value);
  }
  return cotangents;
}

/** Whose cotangent a result is: a value, and its place among the node's inputs and then the captured values. */
interface Owner {
  readonly index: number;
  readonly value: Value;
}

/** Adds the reverse pass of one iteration to the step. @returns whose cotangents the results are */
function differentiate(iteration: Iteration, context: RuleContext, step: ScanBuilder): readonly Owner[] {
  const { region, scanned, parts } = iteration;
  const { b, node, captured, isActive } = context;
  const flowing = carriedOnPath(iteration, context);
  const dys = region.outputs.map((): Value | null => null);
  const carriedDys = flowing.map((carried) => {
    requireSameShape(carried, node);
    const dy = step.carry(carried.dy ?? b.fillLike(carried.initial, 0), carried.input);
    dys[carried.position] = dy;
    return dy;
  });
  for (const part of parts) if (part.dy !== null) dys[part.position] = step.takeApart(part.dy, part);
  const active = scanned.filter(({ value }) => isActive(value));
  const wrt = [...flowing.map(({ input }) => input), ...active.map(({ element }) => element), ...captured];
  const cotangents = region.pullBack(dys, wrt);

  for (const [i, dy] of carriedDys.entries()) step.next(cotangents[i] ?? step.b.fillLike(dy, 0));
  const owners: Owner[] = flowing.map(({ index, initial }) => ({ index, value: initial }));
  for (const [k, value] of captured.entries()) {
    const part = cotangents[flowing.length + active.length + k] ?? null;
    if (part === null) continue;
    sum(part, value, b, step);
    owners.push({ index: node.inputs.length + k, value });
  }
  for (const [k, sequence] of active.entries()) {
    const part = cotangents[flowing.length + k] ?? null;
    if (part === null) continue;
    step.stack(part, sequence);
    owners.push(sequence);
  }
  return owners;
}

/** Adds up a captured value's cotangents of all iterations; half floats in float32. */
function sum(part: Value, value: Value, b: Builder, step: ScanBuilder): void {
  const wide = dtypeOf(value) === 'float16' ? 'float32' : dtypeOf(value);
  const begin = b.cast(b.fillLike(value, 0), wide);
  step.next(step.b.add(step.carry(begin, begin), step.b.cast(part, wide)));
}

/** Without an iteration, the carried values stay what they begin with. A Loop has no sequences, so nothing is stacked. */
function finishIfAny(step: ScanBuilder, trips: Value, b: Builder, of: Node): readonly Value[] {
  const then = step.around;
  for (const result of step.finish(of)) then.output(result, then.fresh('cotangent'));
  const otherwise = new Builder(b);
  for (const value of step.begins) otherwise.output(value, otherwise.fresh('cotangent'));
  const hasRun = b.greater(b.squeeze(b.dim(trips, 0), [0]), 0);
  return b.ops('If', [hasRun], step.begins.length, {
    then_branch: { type: 'graph', value: then.graph('some iterations') },
    else_branch: { type: 'graph', value: otherwise.graph('no iteration') },
  });
}
