import { OneirosError } from '../../base/errors.js';
import { attr, describe } from '../graph/attributes.js';
import type { Attribute, Graph, Node, ValueInfo } from '../graph/graph.js';

/** Along which axis a sequence is taken apart, or a result put together, and whether from the last element. */
export interface Stacking {
  readonly axis: number;
  readonly backwards: boolean;
}

/** A result of one part for each iteration. */
export interface Stack extends Stacking {
  /** The body's output. */
  readonly part: ValueInfo;
  /** The node's output; `''` if it is not used. */
  readonly name: string;
}

/**
 * How the inputs and outputs of Loop and Scan belong to those of their bodies.
 *
 *     Loop(limit, condition, carried…)   body(trip, condition, carried…) → (condition, carried…, parts…)
 *     Scan(carried…, sequences…)         body(carried…, elements…)       → (carried…, parts…)
 *
 * Both return the carried values after the last iteration, then the stacked parts.
 */
export interface LoopForm {
  readonly body: Graph;
  /** How many values are carried from iteration to iteration. */
  readonly carried: number;
  /** Where the carried values begin among the inputs of the node and of the body, and the outputs of the body. */
  readonly inputsBefore: number;
  readonly bodyInputsBefore: number;
  readonly bodyOutputsBefore: number;
  readonly sequences: readonly Stacking[];
  readonly stacks: readonly Stack[];
}

export function isLoop({ domain, op }: Node): boolean {
  return domain === '' && (op === 'Loop' || op === 'Scan');
}

/** @throws OneirosError `bad-input` if the numbers of inputs and outputs contradict each other */
export function loopForm(node: Node): LoopForm {
  return node.op === 'Loop' ? formOfLoop(node) : formOfScan(node);
}

/** The node with other stacked results. @param body by default the body that it has */
export function withStacks(
  node: Node,
  stacks: readonly Stack[],
  form = loopForm(node),
  body = form.body,
): Node {
  const before = body.outputs.slice(0, form.bodyOutputsBefore + form.carried);
  const attributes = new Map(node.attributes);
  attributes.set('body', {
    type: 'graph',
    value: { ...body, outputs: [...before, ...stacks.map(({ part }) => part)] },
  });
  if (node.op === 'Scan') {
    attributes.set('scan_output_axes', ints(stacks.map(({ axis }) => axis)));
    attributes.set('scan_output_directions', ints(stacks.map(({ backwards }) => (backwards ? 1 : 0))));
  }
  const last = Array.from({ length: form.carried }, (_, i) => node.outputs[i] ?? '');
  return { ...node, attributes, outputs: [...last, ...stacks.map(({ name }) => name)] };
}

function ints(values: readonly number[]): Attribute {
  return { type: 'ints', value: values.map(BigInt) };
}

function formOfLoop(node: Node): LoopForm {
  const body = attr.graph(node, 'body');
  const carried = Math.max(0, node.inputs.length - 2);
  if (body.inputs.length !== carried + 2 || body.outputs.length < carried + 1) throw misfit(node, body);
  const stacks = body.outputs
    .slice(carried + 1)
    .map((part, i) => ({ axis: 0, backwards: false, part, name: node.outputs[carried + i] ?? '' }));
  return {
    body,
    carried,
    inputsBefore: 2,
    bodyInputsBefore: 2,
    bodyOutputsBefore: 1,
    sequences: [],
    stacks,
  };
}

function formOfScan(node: Node): LoopForm {
  const body = attr.graph(node, 'body');
  const count = attr.int(node, 'num_scan_inputs');
  const carried = node.inputs.length - count;
  const parts = body.outputs.slice(Math.max(0, carried));
  if (count < 1 || carried < 0 || body.outputs.length < carried || body.inputs.length !== node.inputs.length)
    throw misfit(node, body);
  const inputs = stackings(node, 'input', count);
  const outputs = stackings(node, 'output', parts.length);
  return {
    body,
    carried,
    inputsBefore: 0,
    bodyInputsBefore: 0,
    bodyOutputsBefore: 0,
    sequences: inputs,
    stacks: parts.map((part, i) => ({
      ...(outputs[i] ?? { axis: 0, backwards: false }),
      part,
      name: node.outputs[carried + i] ?? '',
    })),
  };
}

function stackings(node: Node, kind: 'input' | 'output', length: number): readonly Stacking[] {
  const none = Array<number>(length).fill(0);
  const axes = attr.ints(node, `scan_${kind}_axes`, none);
  const directions = attr.ints(node, `scan_${kind}_directions`, none);
  return none.map((_, i) => ({ axis: axes[i] ?? 0, backwards: directions[i] === 1 }));
}

function misfit(node: Node, { inputs, outputs }: Graph): OneirosError {
  return new OneirosError(
    'bad-input',
    `${describe(node)} has ${node.inputs.length} inputs, which do not fit a body of ${inputs.length} inputs and ` +
      `${outputs.length} outputs`,
  );
}
