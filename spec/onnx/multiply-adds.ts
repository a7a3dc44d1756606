import { multiplyAddsOf } from '../../lib/onnx/cost.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { inferModel } from '../../lib/onnx/shapes/infer.js';

/** The multiply-adds of a model's main graph; `null` if a size that they depend on is unknown. */
export function multiplyAdds(model: Model): number | null {
  const facts = inferModel(model);
  const shapeOf = (name: string | undefined) => facts.get(name ?? '')?.type?.shape ?? null;
  const counts = model.graph.nodes.map((node) => multiplyAddsOf(node, shapeOf));
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}
