import { OneirosError } from '../../base/errors.js';
import { Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { float } from '../../onnx/graph/attributes.js';
import { float32, type Float32Tensor } from '../../tensor/tensor.js';
import { checkDims, loadWeight } from '../../weights/check-tensor.js';
import type { Weights } from '../../weights/weights.js';

/** The weights of a network, by torchvision's names. */
export type LearnedTensors = ReadonlyMap<string, Float32Tensor>;

/**
 * Loads all weights except batch counters.
 * @throws OneirosError `bad-input` if a number is not finite
 */
export async function loadAll(weights: Weights): Promise<LearnedTensors> {
  const loaded = new Map<string, Float32Tensor>();
  for (const [name, { dims }] of weights)
    if (!name.endsWith('num_batches_tracked')) loaded.set(name, await loadWeight(weights, name, dims));
  return loaded;
}

export type Activation = 'relu' | 'hardSwish' | 'hardSigmoid' | 'none';

export interface ConvOptions {
  readonly stride?: number;
  /** Whether the convolution is depthwise: one filter for each channel. */
  readonly depthwise?: boolean;
  /** The name of the batch normalization that follows, if any. */
  readonly norm?: string | undefined;
  readonly activation?: Activation;
  /** The layer's name, if the result is a layer. */
  readonly as?: string;
}

export interface NetOptions {
  /**
   * `fold` merges batch normalization into convolutions; `keep` leaves it as nodes, so that gradients by its parameters
   * exist; `measure` replaces its statistics by those of the picture.
   */
  readonly batchNorm: 'fold' | 'keep' | 'measure';
  readonly epsilon: number;
}

/** Builds a network from its weights. Each weight becomes a constant of the same name. */
export class Net {
  readonly b = new Builder();
  /** The layers so far, in order. */
  readonly layers: string[] = [];
  /** Measured means and variances, by the names of the weights that they replace. */
  readonly statistics = new Map<string, Value>();
  /** Constants by name. A weight may be used several times: the levels of a pyramid share weights. */
  readonly #constants = new Map<string, Value>();

  constructor(
    private readonly learned: LearnedTensors,
    private readonly options: NetOptions,
  ) {}

  has(name: string): boolean {
    return this.learned.has(name);
  }

  /** Registers a value as a layer with this name. */
  layer(value: Value, name: string): Value {
    this.layers.push(name);
    return value.name === name ? value : this.b.op('Identity', [value], {}, { name });
  }

  /** A convolution with the weights `name`, padded to keep the size at a stride of 1. */
  conv(x: Value, name: string, options: ConvOptions = {}): Value {
    const { stride = 1, depthwise = false, norm, activation = 'none', as } = options;
    const channels = Number(shapeOf(x)[1]);
    const [, , side = 1] = this.#get(`${name}.weight`, [null, depthwise ? 1 : channels, null, null]).dims;
    const pad = (side - 1) / 2;
    const [weight, bias] = this.#convolution(name, norm);
    const attributes = {
      kernel_shape: [side, side],
      ...(stride > 1 && { strides: [stride, stride] }),
      ...(pad > 0 && { pads: [pad, pad, pad, pad] }),
      ...(depthwise && { group: channels }),
    };
    const last = norm === undefined || this.options.batchNorm === 'fold';
    const y = this.b.op('Conv', [x, weight, bias], attributes);
    const z = this.activate(last ? y : this.#batchNorm(y, norm), activation);
    return as === undefined ? z : this.layer(z, as);
  }

  /** x Wᵀ + b for each row x. */
  linear(x: Value, name: string, activation: Activation = 'none', as?: string): Value {
    const weight = this.#constant(
      `${name}.weight`,
      this.#get(`${name}.weight`, [null, Number(shapeOf(x)[1])]),
    );
    const y = this.b.op('Gemm', [x, weight, this.#bias(name)], { transB: 1 });
    const z = this.activate(y, activation);
    return as === undefined ? z : this.layer(z, as);
  }

  activate(x: Value, activation: Activation): Value {
    switch (activation) {
      case 'relu':
        return this.b.relu(x);
      case 'hardSwish':
        return this.b.op('HardSwish', [x]);
      case 'hardSigmoid':
        return this.b.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) });
      case 'none':
        return x;
    }
  }

  /** The number of outputs of a layer: the first axis of its weight. */
  outputs(name: string): number {
    return this.#get(`${name}.weight`).dims[0] ?? 0;
  }

  /** Height and width of a kernel. */
  kernel(name: string): number {
    return this.#get(`${name}.weight`).dims[2] ?? 1;
  }

  #convolution(name: string, norm: string | undefined): readonly [Value, Value | undefined] {
    const weight = this.#get(`${name}.weight`);
    if (norm === undefined || this.options.batchNorm !== 'fold')
      return [
        this.#constant(`${name}.weight`, weight),
        this.has(`${name}.bias`) ? this.#bias(name) : undefined,
      ];
    const [outputs = 0] = weight.dims;
    const { scale, shift } = this.#affine(norm, outputs);
    const size = weight.data.length / outputs;
    const folded = weight.data.map((value, i) => value * scale[Math.floor(i / size)]!);
    const bias = this.has(`${name}.bias`) ? this.#get(`${name}.bias`, [outputs]).data : null;
    const moved = Float32Array.from(shift, (value, c) => value + (bias === null ? 0 : bias[c]! * scale[c]!));
    return [
      this.#constant(`${name}.weight`, float32(folded, weight.dims)),
      this.#constant(`${name}.bias`, float32(moved, [outputs])),
    ];
  }

  /** Batch normalization with fixed statistics as an affine function: y = scale·x + shift. */
  #affine(norm: string, channels: number): { scale: Float64Array; shift: Float64Array } {
    const [weight, bias, mean, variance] = this.#normParts(norm, channels);
    const scale = Float64Array.from(weight, (w, c) => w / Math.sqrt(variance[c]! + this.options.epsilon));
    return { scale, shift: Float64Array.from(bias, (beta, c) => beta - mean[c]! * scale[c]!) };
  }

  #normParts(
    norm: string,
    channels: number,
  ): readonly [Float32Array, Float32Array, Float32Array, Float32Array] {
    const part = (name: string) => this.#get(`${norm}.${name}`, [channels]).data;
    const variance = part('running_var');
    if (variance.some((value) => value < 0 || value + this.options.epsilon === 0))
      throw new OneirosError(
        'bad-input',
        `the weights are damaged: ${norm}.running_var has a negative variance, or 0 with an epsilon of 0`,
      );
    return [part('weight'), part('bias'), part('running_mean'), variance];
  }

  #batchNorm(x: Value, norm: string): Value {
    const channels = Number(shapeOf(x)[1]);
    const parts = this.#normParts(norm, channels);
    const names = ['weight', 'bias', 'running_mean', 'running_var'];
    const constants = parts.map((data, i) =>
      this.#constant(`${norm}.${names[i]!}`, float32(data, [channels])),
    );
    if (this.options.batchNorm === 'measure') return this.#measured(x, norm, constants);
    return this.b.op('BatchNormalization', [x, ...constants], { epsilon: float(this.options.epsilon) });
  }

  #measured(x: Value, norm: string, [weight, bias]: readonly Value[]): Value {
    const { b } = this;
    const perChannel = (value: Value) => b.reshape(value, [1, -1, 1, 1]);
    const mean = b.mean(x, [0, 2, 3]);
    const moved = b.sub(x, mean);
    const variance = b.mean(b.square(moved), [0, 2, 3]);
    this.statistics.set(`${norm}.running_mean`, b.reshape(mean, [-1]));
    this.statistics.set(`${norm}.running_var`, b.reshape(variance, [-1]));
    const normal = b.div(moved, b.sqrt(b.add(variance, this.options.epsilon)));
    return b.add(b.mul(normal, perChannel(weight!)), perChannel(bias!));
  }

  #bias(name: string): Value {
    return this.#constant(`${name}.bias`, this.#get(`${name}.bias`, [this.outputs(name)]));
  }

  #get(name: string, dims?: readonly (number | null)[]): Float32Tensor {
    const tensor = this.learned.get(name);
    if (tensor === undefined)
      throw new OneirosError('bad-input', `these are not the weights of a Faster R-CNN: ${name} is missing`);
    if (dims !== undefined) checkDims(name, tensor, dims);
    return tensor;
  }

  #constant(name: string, tensor: Float32Tensor): Value {
    const made = this.#constants.get(name);
    if (made !== undefined) return made;
    const constant = this.b.constant(tensor, name);
    this.#constants.set(name, constant);
    return constant;
  }
}
