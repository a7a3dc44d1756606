import type { Network } from '../../networks/network.js';
import { Builder } from '../../onnx/builder/builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import type { Guide } from './guide.js';
import { addObjective, type ObjectiveKind, type ObjectiveTerm } from './objective.js';

/** The part of the network's graph from the image to the terms' layers. */
export function layersModel(network: Network, terms: readonly ObjectiveTerm[]): Model {
  const values = new Set(terms.map(({ value }) => value));
  return extractSubgraph(network.model, [network.image], [...values]);
}

/** The graph from the image to `objective`, made from that of `layersModel`. */
export function objectiveModel(
  layers: Model,
  terms: readonly ObjectiveTerm[],
  kind: ObjectiveKind,
  guide: Guide,
): Model {
  const b = new Builder();
  b.load(layers.graph);
  const features = new Map(
    [...guide].map(([value, tensor]) => [value, b.constant(tensor, b.fresh('guide'))]),
  );
  b.output(addObjective(b, terms, kind, features), 'objective');
  return b.model();
}
