import type { Node } from './graph.js';

/** Nodes that hand their first input on, as it is or in another arrangement. */
const passing = new Set(['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * The node that computed a value, behind those that only hand it on: exporters like to end a graph with an Identity.
 * `undefined` for inputs and weights.
 */
export function makerOf(nodes: readonly Node[], name: string): Node | undefined {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  let maker = makers.get(name);
  while (maker !== undefined && passing.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
  return maker;
}
