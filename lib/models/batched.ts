import type { Model, ValueInfo } from '../onnx/graph.js';

/** The model for any number of images at once; its nodes must not mix them. */
export function batched(model: Model, image: string): Model {
  const { graph } = model;
  const many = ({ name, type }: ValueInfo): ValueInfo => ({
    name,
    type: type?.shape ? { ...type, shape: ['batch', ...type.shape.slice(1)] } : type,
  });
  const inputs = graph.inputs.map((input) => (input.name === image ? many(input) : input));
  // What was said of values in between holds for one image.
  return { ...model, graph: { ...graph, inputs, outputs: graph.outputs.map(many), values: new Map() } };
}
