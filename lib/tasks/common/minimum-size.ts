import { GraphBuilder } from '../../onnx/builder/graph-builder.js';
import { substitute, symbolsOf } from '../../onnx/facts/dim.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Dim, Model, Node } from '../../onnx/graph/graph.js';

/** The end of the search: a network that needs more has sizes that shape inference cannot determine. */
const largest = 512;

/**
 * The smallest side, in pixels, of a square picture that a model can process: no value has an axis of size 0, and every
 * axis that is padded by reflection has at least two elements. 1 if shape inference cannot determine it.
 */
export function minimumSide(model: Model): number {
  const builder = GraphBuilder.from(model.graph);
  const shapeOf = (name: string) => (name === '' ? undefined : builder.value(name).type?.shape) ?? [];
  const demands = model.graph.nodes.flatMap((node) => [
    ...node.outputs.flatMap((name) => shapeOf(name).map((dim) => ({ dim, atLeast: 1 }))),
    ...(mirrors(node)
      ? shapeOf(node.inputs[0] ?? '')
          .slice(2)
          .map((dim) => ({ dim, atLeast: 2 }))
      : []),
  ]);
  const symbolic = unique(demands).filter(({ dim }) => symbolsOf(dim).length > 0);
  for (let side = 1; side < largest; side++)
    if (symbolic.every(({ dim, atLeast }) => sizeAt(dim, side) >= atLeast)) return side;
  return 1;
}

function mirrors(node: Node): boolean {
  return node.op === 'Pad' && attr.string(node, 'mode', 'constant') === 'reflect';
}

function sizeAt(dim: Dim, side: number): number {
  const size = substitute(dim, () => side);
  return typeof size === 'number' ? size : Infinity;
}

interface Demand {
  readonly dim: Dim;
  readonly atLeast: number;
}

function unique(demands: readonly Demand[]): readonly Demand[] {
  return [...new Map(demands.map((demand) => [`${demand.dim} ${demand.atLeast}`, demand])).values()];
}
