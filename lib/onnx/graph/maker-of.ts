import type { Node } from './graph.js';

/** Operators that pass their first input on, as it is, converted or reshaped. */
const passing = new Set(['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * The node that computes a value, skipping those that only pass it on: many exporters end a graph with an Identity.
 * `undefined` for inputs and weights.
 */
export function makerOf(nodes: readonly Node[], name: string): Node | undefined {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  let maker = makers.get(name);
  while (maker !== undefined && passing.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
  return maker;
}
