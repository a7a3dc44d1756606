import { GraphBuilder } from '../onnx/builder.js';
import type { Model, Node, ValueInfo } from '../onnx/graph.js';
import { usesOf } from '../onnx/subgraphs.js';

/** The model that computes these values, and nothing that they do not need. */
export function extract(model: Model, values: readonly string[]): Model {
  const { graph } = model;
  const builder = GraphBuilder.from(graph);
  const needed = new Set(values);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.unshift(node);
    for (const name of usesOf(node)) needed.add(name);
  }
  const outputs = values.map((name): ValueInfo => ({ name, type: builder.value(name).type }));
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...model, graph: { ...graph, nodes, outputs, initializers } };
}

/** The model for any number of images at once; its nodes must not mix them. */
export function batched(model: Model, image: string): Model {
  const inputs = model.graph.inputs.map((input): ValueInfo => {
    if (input.name !== image || !input.type?.shape) return input;
    return { name: image, type: { ...input.type, shape: ['batch', ...input.type.shape.slice(1)] } };
  });
  // What was inferred for one image does not hold for several.
  const outputs = model.graph.outputs.map(({ name, type }): ValueInfo => ({
    name,
    type: type && { ...type, shape: type.shape && ['batch', ...type.shape.slice(1)] },
  }));
  return { ...model, graph: { ...model.graph, inputs, outputs, values: new Map() } };
}
