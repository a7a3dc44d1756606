import { describe, operatorOf } from '../onnx/graph/attributes.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { subgraphsOf } from '../onnx/graph/subgraphs.js';

/** Floating-point inputs that decide what a node does with the others; rules take them for constants. */
const settings: ReadonlyMap<string, readonly number[]> = new Map([
  ['Dropout', [1]],
  ['MaxRoiPool', [1]],
  ['Resize', [1, 2]],
  ['RoiAlign', [1]],
]);

/**
 * Of some inputs of a graph, those that nodes use as settings only, and why they have no gradient.
 * @param isOther whether a caller has a rule for a node
 */
export function settingsAmong(
  { nodes }: Graph,
  names: readonly string[],
  isOther: (node: Node) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const used = new Set<string>();
  const visit = (node: Node): void => {
    const own = isOther(node) || node.domain !== '' ? [] : (settings.get(operatorOf(node)) ?? []);
    for (const [i, name] of node.inputs.entries())
      if (own.includes(i))
        found.set(name, `"${name}" is a setting of ${describe(node)}, which has no gradient`);
      else used.add(name);
    for (const body of subgraphsOf(node)) {
      body.nodes.forEach(visit);
      for (const { name } of body.outputs) used.add(name);
    }
  };
  nodes.forEach(visit);
  return new Map(
    names.flatMap((name) => (found.has(name) && !used.has(name) ? [[name, found.get(name)!]] : [])),
  );
}
