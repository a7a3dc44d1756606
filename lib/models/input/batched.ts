import { OneirosError } from '../../base/errors.js';
import type { Image } from '../../image/image.js';
import { type Facts, numbersIn } from '../../onnx/facts/facts.js';
import type { Model, Node, ValueInfo } from '../../onnx/graph/graph.js';
import { allNamesOf, usesOf } from '../../onnx/graph/subgraphs.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import { float32, type Float32Tensor, int64, type Tensor } from '../../tensor/tensor.js';
import { imageWise, type NodeContext } from './image-wise.js';

/** Converts a model of one image into one of any number of images. Its nodes must not mix images. */
export function batched(model: Model, image: string): Model {
  const { graph } = model;
  const many = ({ name, type }: ValueInfo): ValueInfo => ({
    name,
    type: type?.shape ? { ...type, shape: ['batch', ...type.shape.slice(1)] } : type,
  });
  const inputs = graph.inputs.map((input) => (input.name === image ? many(input) : input));
  // Declared types of intermediate values are dropped: they hold for one image.
  return { ...model, graph: { ...graph, inputs, outputs: graph.outputs.map(many), values: new Map() } };
}

/**
 * Converts a model of one image into one of any number of images; returns `null` unless its nodes provably do not mix
 * images. Reshapes to a first axis of 1 are changed to keep the first axis of their input.
 */
export function batchedIfSafe(model: Model, image: string): Model | null {
  const facts = inferModel(model);
  const fromImage = new Set([image]);
  const constants = new Map<string, Tensor>();
  const nodes: Node[] = [];
  const fresh = nameMaker(model);
  for (const node of model.graph.nodes) {
    if (!usesOf(node).some((name) => fromImage.has(name))) {
      nodes.push(node);
      continue;
    }
    const given = contextOf(node, facts, fromImage);
    const sizes = node.op === 'Reshape' ? reshaped(node, given) : null;
    if (node.domain !== '' || (sizes === null && imageWise.get(node.op)?.(node, given) !== true)) return null;
    const shape = fresh();
    if (sizes !== null) constants.set(shape, int64(sizes));
    nodes.push(sizes === null ? node : { ...node, inputs: [node.inputs[0]!, shape] });
    for (const name of node.outputs) fromImage.add(name);
  }
  const isOne = ({ name }: ValueInfo) => fromImage.has(name) && facts.get(name)?.type?.shape?.[0] === 1;
  if (!model.graph.outputs.every(isOne)) return null;
  const initializers = new Map([...model.graph.initializers, ...constants]);
  return batched({ ...model, graph: { ...model.graph, nodes, initializers } }, image);
}

function contextOf(
  { inputs, outputs }: Node,
  facts: ReadonlyMap<string, Facts>,
  fromImage: ReadonlySet<string>,
): NodeContext {
  const factsOf = (input: number) => facts.get(inputs[input] ?? '');
  return {
    fromImage: (input) => fromImage.has(inputs[input] ?? ''),
    shape: (input) => factsOf(input)?.type?.shape ?? null,
    result: facts.get(outputs[0] ?? '')?.type?.shape ?? null,
    numbers: (input) => numbersIn(factsOf(input)),
  };
}

/** The target shape for a Reshape that keeps its first axis, the images; `null` if the first axis is not the images. */
function reshaped({ attributes }: Node, given: NodeContext): readonly number[] | null {
  const sizes = given.numbers(1);
  const isApart = given.fromImage(0) && given.shape(0)?.[0] === 1 && given.result?.[0] === 1;
  if (sizes === null || !isApart || attributes.has('allowzero')) return null;
  return [0, ...sizes.slice(1)];
}

function nameMaker(model: Model): () => string {
  const taken = allNamesOf(model.graph);
  let count = 0;
  return function fresh(): string {
    const name = `batch/sizes${count++}`;
    return taken.has(name) ? fresh() : name;
  };
}

/**
 * Stacks pictures of equal size into a batch, pictures×3×height×width.
 * @throws OneirosError `bad-argument` if there is no picture
 */
export function stack(images: readonly Image[]): Float32Tensor {
  const [first] = images;
  if (first === undefined)
    throw new OneirosError('bad-argument', 'expected at least one picture, but got no picture');
  const { width, height, data } = first;
  const all = new Float32Array(images.length * data.length);
  images.forEach((image, i) => all.set(image.data, i * data.length));
  return float32(all, [images.length, 3, height, width]);
}
