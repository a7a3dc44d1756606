import { fileSource } from '../../../lib/files/read.js';
import type { RandomWeights } from '../../../lib/models/faster-rcnn/random-weights.js';
import type { Network } from '../../../lib/networks/network.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import type { Placement } from '../../../lib/runtime/types.js';
import { float32, type Float32Tensor } from '../../../lib/tensor/tensor.js';
import { loadWeights } from '../../../lib/weights/formats/open.js';
import type { Weights } from '../../../lib/weights/weights.js';
import { inceptions } from './inceptions.js';
import { weightFile } from './weight-file.js';

/** torchvision's GoogLeNet up to inception4c as `torch.onnx.export` writes it: batch norms are part of convolutions. */
export const torchvisionGoogLeNet = {
  layer: 'inception4c',
  weights: (folder: string) => weightFile(folder, 'torchvision-googlenet', fill),
  load,
};

/** torchvision's batch norms of this network have this ε. */
const epsilon = 1e-3;

function fill(weights: RandomWeights): void {
  const layer = (name: string, dims: readonly number[]) => weights.normed(`${name}.conv`, `${name}.bn`, dims);
  layer('conv1', [64, 3, 7, 7]);
  layer('conv2', [64, 64, 1, 1]);
  layer('conv3', [192, 64, 3, 3]);
  for (const [id, [from, one, reduce3, three, reduce5, five, pool]] of Object.entries(inceptions)) {
    const name = `inception${id}`;
    layer(`${name}.branch1`, [one, from, 1, 1]);
    layer(`${name}.branch2.0`, [reduce3, from, 1, 1]);
    layer(`${name}.branch2.1`, [three, reduce3, 3, 3]);
    layer(`${name}.branch3.0`, [reduce5, from, 1, 1]);
    layer(`${name}.branch3.1`, [five, reduce5, 3, 3]); // a 3×3 kernel, where Caffe's has 5×5
    layer(`${name}.branch4.1`, [pool, from, 1, 1]);
  }
}

async function load(path: string, placement: Placement): Promise<Network> {
  await using source = await fileSource(path);
  const { weights } = await loadWeights(source);
  const net = new Net(await convolutions(weights));
  const image = net.b.input('image', 'float32', [1, 3, 'height', 'width']);
  let x = net.pool(net.layer(image, 'conv1', 2), 2);
  x = net.pool(net.layer(net.layer(x, 'conv2'), 'conv3'), 2);
  for (const id of Object.keys(inceptions)) x = net.inception(id === '4a' ? net.pool(x, 2) : x, id);
  net.b.output(x, 'inception4c');
  return {
    name: 'GoogLeNet',
    model: net.b.model(),
    image: 'image',
    layers: ['inception4c'],
    placement,
    layer: (name) => name,
  };
}

interface Convolution {
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor;
}

/** Convolutions with their batch norms multiplied in. */
async function convolutions(weights: Weights): Promise<ReadonlyMap<string, Convolution>> {
  const tensor = async (name: string) => {
    const loaded = await weights.get(name)?.load();
    if (loaded?.dtype !== 'float32') throw new Error(`the weights lack ${name}`);
    return loaded;
  };
  const folded = new Map<string, Convolution>();
  for (const name of weights.keys()) {
    if (!name.endsWith('.conv.weight')) continue;
    const layer = name.slice(0, -'.conv.weight'.length);
    const { data, dims } = await tensor(name);
    const [gain, shift, mean, variance] = await Promise.all(
      ['weight', 'bias', 'running_mean', 'running_var'].map((part) => tensor(`${layer}.bn.${part}`)),
    );
    const outputs = dims[0] ?? 1;
    const scale = gain!.data.map((value, i) => value / Math.sqrt(variance!.data[i]! + epsilon));
    const bias = shift!.data.map((value, i) => value - mean!.data[i]! * scale[i]!);
    const kernel = data.map((value, i) => value * scale[Math.floor((i * outputs) / data.length)]!);
    folded.set(layer, { weight: float32(kernel, dims), bias: float32(bias, [outputs]) });
  }
  return folded;
}

class Net {
  readonly b = new Builder();

  constructor(private readonly parameters: ReadonlyMap<string, Convolution>) {}

  layer(x: Value, name: string, stride = 1): Value {
    const { weight, bias } = this.parameters.get(name)!;
    const pad = Math.floor((weight.dims[2] ?? 1) / 2);
    const inputs = [x, this.b.constant(weight), this.b.constant(bias)];
    return this.b.relu(this.b.op('Conv', inputs, { pads: [pad, pad, pad, pad], strides: [stride, stride] }));
  }

  pool(x: Value, stride: 1 | 2): Value {
    const pad = stride === 1 ? 1 : 0;
    return this.b.op('MaxPool', [x], {
      kernel_shape: [3, 3],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      ceil_mode: 1,
    });
  }

  inception(x: Value, id: string): Value {
    const name = (part: string) => `inception${id}.${part}`;
    const branches = [
      this.layer(x, name('branch1')),
      this.layer(this.layer(x, name('branch2.0')), name('branch2.1')),
      this.layer(this.layer(x, name('branch3.0')), name('branch3.1')),
      this.layer(this.pool(x, 1), name('branch4.1')),
    ];
    return this.b.op('Concat', branches, { axis: 1 });
  }
}
