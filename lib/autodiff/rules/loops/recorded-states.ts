import type { Builder } from '../../../onnx/builder/builder.js';
import type { Value } from '../../../onnx/builder/graph-builder.js';
import type { Graph, Node } from '../../../onnx/graph/graph.js';
import { identityNode } from '../../../onnx/graph/simple-nodes.js';
import { type LoopForm, type Stack, withStacks } from '../../../onnx/passes/loop-form.js';

/** What a loop's body received in each iteration, stacked along axis 0 from the first to the last. */
export interface States {
  /** The numbers of the iterations; `undefined` for Scan, whose body does not receive them. */
  readonly trip: Value | undefined;
  readonly carried: readonly Value[];
}

/**
 * Has a loop stack the values that its body receives. Those that are not used in the end cost nothing: the stacks are
 * removed as dead code.
 */
export function recordStates(b: Builder, node: Node, form: LoopForm): States {
  const { body, bodyInputsBefore, carried } = form;
  const trip = node.op === 'Loop' ? body.inputs.slice(0, 1) : [];
  const received = [...trip, ...body.inputs.slice(bodyInputsBefore, bodyInputsBefore + carried)];
  const recorded = received.map(({ name }) => stackOf(name, form));
  const added = received.flatMap(({ name }, i) =>
    recorded[i] === undefined ? [{ name, stack: newStack(b) }] : [],
  );
  if (added.length > 0) {
    const copies = added.map(({ name, stack }) => identityNode(name, stack.part.name));
    const extended = { ...body, nodes: [...body.nodes, ...copies] };
    const stacks = added.map(({ stack }) => stack);
    b.extend(node, withStacks(node, [...form.stacks, ...stacks], form, extended));
  }
  const names = new Map(added.map(({ name, stack }) => [name, stack.name]));
  const values = received.map(({ name }, i) => b.value(recorded[i] ?? names.get(name) ?? ''));
  return { trip: values[trip.length - 1], carried: values.slice(trip.length) };
}

function newStack(b: Builder): Stack {
  return {
    axis: 0,
    backwards: false,
    part: { name: b.fresh('state'), type: null },
    name: b.fresh('states'),
  };
}

/** The name of the result that already stacks a value that the body receives. */
function stackOf(received: string, { body, stacks }: LoopForm): string | undefined {
  const found = stacks.find(
    ({ name, axis, backwards, part }) =>
      name !== '' && axis === 0 && !backwards && sourceOf(part.name, body) === received,
  );
  return found?.name;
}

function sourceOf(name: string, { nodes }: Graph): string {
  const maker = nodes.find(({ outputs }) => outputs.includes(name));
  return maker?.op === 'Identity' && maker.domain === '' ? (maker.inputs[0] ?? '') : name;
}
