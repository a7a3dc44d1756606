import { join } from 'node:path';

import { writeFileAtomic } from '../../../lib/files/write.js';
import { readModel } from '../../../lib/onnx/codec/model-files.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import type { Graph, Node } from '../../../lib/onnx/graph/graph.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, type Float32Tensor } from '../../../lib/tensor/tensor.js';
import { gradientModel } from '../cases/image-gradient.js';
import type { PageLayer } from '../page/tensorflow.js';

const path = join(import.meta.dirname, '../../../onnx-models/vgg19-slim.onnx');

/**
 * Writes vgg19-slim for a page: its gradient as a graph, its weights as TensorFlow.js takes them, and a picture.
 * @returns its layers
 */
export async function writeSlimVgg(folder: string, size: number): Promise<readonly PageLayer[]> {
  const model = await readModel(path);
  const network = {
    name: 'vgg19-slim',
    model,
    image: 'image',
    layers: ['relu5_1'],
    layer: (name: string) => name,
  };
  const write = (name: string, bytes: Uint8Array) => writeFileAtomic(join(folder, name), bytes);
  await write('gradient.onnx', encodeModel(gradientModel(network, 'relu5_1')));
  const { layers, weights } = layersOf(model.graph);
  await write('weights.f32', new Uint8Array(Float32Array.from(weights).buffer));
  await write(`picture-${size}.f32`, new Uint8Array(noise(3 * size * size).buffer));
  return layers;
}

/**
 * Noise, since in areas of one color several elements of a pooling window are the largest, and libraries choose
 * different ones.
 */
function noise(length: number): Float32Array {
  const stream = random(1);
  return Float32Array.from({ length }, () => stream.uniform());
}

/** A chain of convolutions, ReLUs and poolings. */
function layersOf(graph: Graph): {
  readonly layers: readonly PageLayer[];
  readonly weights: readonly number[];
} {
  const weights: number[] = [];
  const layers = graph.nodes.map((node): PageLayer => {
    if (node.op === 'Relu') return { kind: 'relu' };
    if (node.op === 'MaxPool') return { kind: 'pool' };
    if (node.op !== 'Conv') throw new Error(`the page cannot run ${node.op}`);
    const at = weights.length;
    const kernel = channelsLast(initializer(graph, node, 1));
    const [height = 0, width = 0, inputs = 0, outputs = 0] = kernel.dims;
    for (const value of kernel.data) weights.push(value);
    for (const value of initializer(graph, node, 2).data) weights.push(value);
    return { kind: 'conv', shape: [height, width, inputs, outputs], at };
  });
  return { layers, weights };
}

function initializer({ initializers }: Graph, { inputs, name }: Node, index: number): Float32Tensor {
  const tensor = initializers.get(inputs[index] ?? '');
  if (tensor?.dtype !== 'float32') throw new Error(`${name} has no constant as input ${index}`);
  return tensor;
}

/** From outputs × inputs × height × width to height × width × inputs × outputs. */
function channelsLast({ data, dims }: Float32Tensor): Float32Tensor {
  const [outputs = 1, inputs = 1, height = 1, width = 1] = dims;
  const turned = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let at = 0; at < height * width; at++)
        turned[(at * inputs + i) * outputs + o] = data[(o * inputs + i) * height * width + at]!;
  return float32(turned, [height, width, inputs, outputs]);
}
