import { readFileSync } from 'node:fs';

import { Builder, shapeOf } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { float } from '../../lib/onnx/graph/attributes.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { float32, sizeOf, type Tensor } from '../../lib/tensor/tensor.js';

/** PyTorch's figures for one network: see scripts/reference/network_gradients.py. */
export interface GoldenNetwork {
  readonly loss: number;
  /** One for each input tensor, in order. */
  readonly gradients: readonly (readonly number[])[];
  /** Hessian times cos(p + 0.7 i) for tensor p. */
  readonly products: readonly (readonly number[])[];
}

export type NetworkName = 'vgg' | 'googlenet' | 'smooth';

const file = new URL('golden/networks.json', import.meta.url);
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the file is written by the script above
export const goldenNetworks: Readonly<Record<NetworkName, GoldenNetwork>> = JSON.parse(
  readFileSync(file, 'utf8'),
);

/** The inputs of a network, computed by the script's formula in the order of their creation. */
class Waves {
  readonly feeds: Record<string, Tensor> = {};
  #made = 0;

  constructor(readonly b: Builder) {}

  /** A tensor as an input of the graph. */
  of(dims: readonly number[], scale = Math.sqrt(4 / (sizeOf(dims.slice(1)) || 1))): Value {
    const phase = ++this.#made;
    const name = `w${phase}`;
    this.feeds[name] = wave(dims, (i) => scale * Math.sin(phase + 0.9 * i));
    return this.b.input(name, 'float32', dims);
  }

  conv(
    x: Value,
    outputs: number,
    kernel: number,
    attributes: Readonly<Record<string, readonly number[]>> = {},
  ): Value {
    const w = this.of([outputs, Number(shapeOf(x)[1]), kernel, kernel]);
    return this.b.op('Conv', [x, w, this.of([outputs], 0.1)], attributes);
  }

  linear(x: Value, outputs: number): Value {
    const w = this.of([outputs, Number(shapeOf(x)[1])]);
    return this.b.op('Gemm', [x, w, this.of([outputs], 0.1)], { transB: 1 });
  }
}

export function wave(dims: readonly number[], f: (i: number) => number): Tensor {
  return float32(
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => f(i)),
    dims,
  );
}

/** One of the script's networks, with all its tensors as inputs w1, w2 …, and the output `loss`. */
export function goldenModel(name: NetworkName): {
  readonly model: Model;
  readonly feeds: Readonly<Record<string, Tensor>>;
} {
  const b = new Builder();
  const w = new Waves(b);
  b.output(networks[name](b, w), 'loss');
  return { model: b.model(), feeds: w.feeds };
}

const all = (n: number) => [n, n, n, n];

const networks: Readonly<Record<NetworkName, (b: Builder, w: Waves) => Value>> = {
  vgg: (b, w) => {
    let x = w.of([2, 3, 13, 12], 1);
    for (const [width, depth] of [
      [4, 2],
      [6, 2],
      [8, 1],
    ] as const) {
      for (let i = 0; i < depth; i++) x = b.relu(w.conv(x, width, 3, { pads: all(1) }));
      x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    }
    x = b.relu(w.linear(b.op('Flatten', [x]), 10));
    return crossEntropy(b, w.linear(x, 5), 2);
  },
  googlenet: (b, w) => {
    const norm = (x: Value) => b.op('LRN', [x], { size: 5, alpha: 0.2, beta: 0.75, bias: float(1) });
    const down = { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 };
    let x = w.of([1, 3, 30, 27], 1);
    x = b.relu(w.conv(x, 6, 7, { strides: [2, 2], pads: all(3) }));
    x = norm(b.op('MaxPool', [x], down));
    x = norm(b.relu(w.conv(x, 8, 3, { pads: all(1) })));
    x = b.op('MaxPool', [x], down);
    for (let module = 0; module < 2; module++)
      x = b.concat(
        [
          b.relu(w.conv(x, 3, 1)),
          b.relu(w.conv(b.relu(w.conv(x, 3, 1)), 4, 3, { pads: all(1) })),
          b.relu(w.conv(b.relu(w.conv(x, 2, 1)), 3, 5, { pads: all(2) })),
          b.relu(w.conv(b.op('MaxPool', [x], { kernel_shape: [3, 3], pads: all(1) }), 2, 1)),
        ],
        1,
      );
    x = b.mean(b.op('AveragePool', [x], down), [2, 3], false);
    const p = b.op('Softmax', [w.linear(x, 5)]);
    return b.sum(b.square(b.mul(p, b.constant(float32([0, 1, 2, 3, 4])))), undefined, false);
  },
  smooth: (b, w) => {
    let x = w.of([2, 3, 11, 12], 1);
    x = b.op('Softplus', [w.conv(x, 4, 3, { strides: [2, 2], pads: all(1) })]);
    x = b.add(x, b.tanh(b.op('Conv', [x, w.of([4, 2, 3, 3])], { pads: all(1), group: 2 })));
    x = b.op('InstanceNormalization', [x, w.of([4], 1), w.of([4], 1)]);
    x = b.op('MaxPool', [b.sigmoid(x)], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 });
    x = b.op('ConvTranspose', [x, w.of([4, 3, 2, 2])], { strides: [2, 2] });
    x = b.relu(b.op('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }));
    return crossEntropy(b, w.linear(b.op('Flatten', [x]), 4), 1);
  },
};

function crossEntropy(b: Builder, logits: Value, label: number): Value {
  const all = b.op('LogSoftmax', [logits], { axis: 1 });
  return b.neg(b.mean(b.slice(all, [1], [label], [label + 1]), undefined, false));
}
