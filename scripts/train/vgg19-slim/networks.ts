// The student with random weights, and its two teachers, each as a graph from RGB in [0, 1].
import { join } from 'node:path';

import { fileSource } from '../../../lib/files/read.js';
import { buildNetwork, type BuiltNetwork } from '../../../lib/models/classifiers/architecture.js';
import { vgg19 } from '../../../lib/models/classifiers/vgg19.js';
import { batched } from '../../../lib/models/input/batched.js';
import { preprocessings } from '../../../lib/models/input/preprocessing.js';
import { VGG19 } from '../../../lib/networks/classifier/published-classifiers.js';
import type { Graph, Model } from '../../../lib/onnx/graph/graph.js';
import { renameGraph } from '../../../lib/onnx/graph/rename.js';
import { extractSubgraph } from '../../../lib/onnx/passes/extract.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, type Float32Tensor, sizeOf } from '../../../lib/tensor/tensor.js';
import { loadWeight } from '../../../lib/weights/check-tensor.js';
import { loadWeights } from '../../../lib/weights/formats/open.js';
import type { StoredTensor, Weights } from '../../../lib/weights/weights.js';

/** Channels of the five blocks: a quarter of VGG-19's. */
const widths = [16, 32, 64, 128, 128];

/** The student's layers, up to conv5_1, the deepest layer of a teacher. */
const convolutions = vgg19.stages
  .flatMap((stage) => stage.learned)
  .filter((layer) => /^conv/.test(layer) && layer <= 'conv5_1');

/** By name: normal weights with standard deviation √(2/N) for N inputs per unit (He et al. 2015), and biases of 0. */
export function initialWeights(seed: number): ReadonlyMap<string, Float32Tensor> {
  const stream = random(seed);
  const weights = new Map<string, Float32Tensor>();
  let channels = 3;
  for (const layer of convolutions) {
    const outputs = widths[Number(layer.charAt(4)) - 1] ?? 0;
    weights.set(`${layer}.weight`, normal(stream, [outputs, channels, 3, 3], 2));
    weights.set(`${layer}.bias`, float32(new Float32Array(outputs)));
    channels = outputs;
  }
  return weights;
}

/** Normal numbers with variance gain/N for a kernel with N inputs per unit. */
function normal(
  stream: { readonly normal: () => number },
  dims: readonly number[],
  gain: number,
): Float32Tensor {
  const deviation = Math.sqrt(gain / sizeOf(dims.slice(1)));
  return float32(
    Float32Array.from({ length: sizeOf(dims) }, () => deviation * stream.normal()),
    dims,
  );
}

/** The student from `image`, RGB in [0, 1]. Normalizes as torchvision does, which keeps learned values near 1. */
export function buildStudent(parameters: ReadonlyMap<string, Float32Tensor>): Promise<BuiltNetwork> {
  return buildNetwork(vgg19, asWeights(parameters), {
    input: (net, image) => net.preprocess(image, preprocessings.imagenet, 'data'),
    padding: 'zero',
    pooling: 'max',
  });
}

export function asWeights(parameters: ReadonlyMap<string, Float32Tensor>): Weights {
  return new Map(
    Array.from(parameters, ([name, tensor]): [string, StoredTensor] => [
      name,
      { dtype: tensor.dtype, dims: tensor.dims, load: () => Promise.resolve(tensor) },
    ]),
  );
}

/** A 1×1 convolution that lifts a slim layer to the real network's channels. */
export interface Lift {
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor;
}

/** A teacher: its graph from `image`, whose value names begin with `prefix`. */
export interface Teacher {
  readonly graph: Graph;
  readonly prefix: string;
  /** The lifts from the teacher's own training. */
  readonly lifts: ReadonlyMap<string, Lift>;
}

/** The real VGG-19 up to conv3_4, the part whose weights are in the shared folder. */
export async function realTeacher(shared: string, layers: readonly string[]): Promise<Teacher> {
  const network = await VGG19.load(join(shared, 'weights/vgg19-conv1_1-to-conv3_4.safetensors'));
  return { graph: teacherGraph(network.model, layers, 'vgg/'), prefix: 'vgg/', lifts: new Map() };
}

/** Wang et al.'s slim network, with the lifts of each block's first layer to the full width. */
export async function slimTeacher(
  shared: string,
  layers: readonly string[],
  lifted: readonly string[],
): Promise<Teacher> {
  const path = join(shared, 'weights/vgg19-slim16x/5SE.pth');
  const network = await VGG19.load(path);
  await using source = await fileSource(path);
  const { weights } = await loadWeights(source);
  const lifts = new Map<string, Lift>();
  for (const layer of lifted) {
    const name = `conv${layer.replace(/\D/g, '')}_aux`;
    const load = (kind: string) => {
      const full = [...weights.keys()].find((key) => key.endsWith(`${name}.${kind}`)) ?? name;
      return loadWeight(weights, full, weights.get(full)?.dims ?? []);
    };
    lifts.set(layer, { weight: await load('weight'), bias: await load('bias') });
  }
  return { graph: teacherGraph(network.model, layers, 'slim/'), prefix: 'slim/', lifts };
}

function teacherGraph(model: Model, layers: readonly string[], prefix: string): Graph {
  const { graph } = batched(extractSubgraph(model, [], layers), 'image');
  const renamed = renameGraph(graph, (name) => (name === 'image' ? name : prefix + name));
  return { ...renamed, nodes: renamed.nodes.map((node) => ({ ...node, name: prefix + node.name })) };
}
