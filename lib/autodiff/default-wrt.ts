import type { Builder } from '../onnx/builder/builder.js';
import { describe, operatorOf } from '../onnx/graph/attributes.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { subgraphsOf } from '../onnx/graph/subgraphs.js';
import { floatNames, noFloats } from './names.js';
import type { ReverseWalk } from './walk.js';

/** A floating-point input that the default of `wrt` leaves out, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** The values to differentiate by, and the inputs that are not among them. */
export interface DefaultWrt {
  readonly wrt: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * What to differentiate by if the caller names nothing: every floating-point input of the graph that a gradient
 * reaches, except settings of operators. If none would remain, all, so that their derivation says why it fails.
 * @param hasOwnRule whether the caller has a rule for a node
 * @param walkBy a walk from what is differentiated to some inputs
 * @throws OneirosError `bad-argument` if the graph has no floating-point input
 */
export function defaultWrt(
  b: Builder,
  graph: Graph,
  hasOwnRule: (node: Node) => boolean,
  walkBy: (inputs: readonly string[]) => ReverseWalk,
): DefaultWrt {
  const inputs = floatNames(b, graph.inputs);
  if (inputs.length === 0) throw noFloats('input', b, graph.inputs, 'name what to differentiate by in `wrt`');
  const settings = settingsAmong(inputs, graph, hasOwnRule);
  const walk = walkBy(inputs.filter((name) => !settings.has(name)));
  const whys = new Map(
    inputs.map((name) => [name, settings.get(name) ?? walk.whyUnreached(name)?.message] as const),
  );
  const wrt = inputs.filter((name) => whys.get(name) === undefined);
  if (wrt.length === 0) return { wrt: inputs, leftOut: [] };
  return { wrt, leftOut: [...whys].flatMap(([name, why]) => (why === undefined ? [] : [{ name, why }])) };
}

/** Floating-point inputs that decide what an operator does with the others; its rule takes them for constants. */
const settingsOf: ReadonlyMap<string, readonly number[]> = new Map([
  ['Dropout', [1]],
  ['MaxRoiPool', [1]],
  ['Resize', [1, 2]],
  ['RoiAlign', [1]],
]);

/** Of some inputs of a graph, those that nodes use as settings only, and why they have no gradient. */
function settingsAmong(
  inputs: readonly string[],
  { nodes }: Graph,
  hasOwnRule: (node: Node) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const used = new Set<string>();
  const visit = (node: Node): void => {
    const settings = hasOwnRule(node) || node.domain !== '' ? [] : (settingsOf.get(operatorOf(node)) ?? []);
    for (const [i, name] of node.inputs.entries())
      if (settings.includes(i))
        found.set(name, `"${name}" is a setting of ${describe(node)}, which has no gradient`);
      else used.add(name);
    for (const body of subgraphsOf(node)) {
      body.nodes.forEach(visit);
      for (const { name } of body.outputs) used.add(name);
    }
  };
  nodes.forEach(visit);
  return new Map(
    inputs.flatMap((name) => (found.has(name) && !used.has(name) ? [[name, found.get(name)!]] : [])),
  );
}
