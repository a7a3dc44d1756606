import { OneirosError } from '../../base/errors.js';
import { Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { type AttributeLike, float } from '../../onnx/graph/attributes.js';
import { float32, type Float32Tensor, sizeOf } from '../../tensor/tensor.js';
import { preprocess, type Preprocessing } from '../input/preprocessing.js';
import type { ConvParameters, Parameters } from './parameters.js';

/** How convolutions pad an image: with zeros, or with its mirror image (without repeating the edge). */
export type Padding = 'zero' | 'reflect';

export interface Window {
  /** Height and width of the kernel. */
  readonly kernel: number;
  readonly stride?: number;
  /** Padding on every side. */
  readonly pad?: number;
}

export interface LayerBuilderOptions {
  readonly parameters: Parameters;
  readonly padding: Padding;
  /** Which kind of pooling `pool` adds. */
  readonly pooling: 'max' | 'average';
  /** The name of the network in errors. */
  readonly network: string;
}

/**
 * Builds a convolutional network layer by layer. A layer is a value with the layer's name; its parameters are
 * `<name>.weight` and `<name>.bias`.
 */
export class LayerBuilder {
  readonly b = new Builder();
  /** The layers so far, in order. */
  readonly layers: string[] = [];

  constructor(private readonly options: LayerBuilderOptions) {}

  /** Converts RGB in [0, 1] to the input that the network was trained on. */
  preprocess(image: Value, preprocessing: Preprocessing, name: string): Value {
    this.layers.push(name);
    return preprocess(this.b, image, preprocessing, name);
  }

  /**
   * A convolution with the parameters `name`, which determine the number of output channels.
   * @param as the layer's name, if it differs from `name`
   * @throws OneirosError `bad-input` if the shape of the parameters does not match the kernel and the input
   */
  conv(x: Value, name: string, { kernel, stride = 1, pad = 0 }: Window, as = name): Value {
    const { weight, bias } = this.#parameters(name, x, kernel);
    const reflect = this.options.padding === 'reflect' && pad > 0;
    const input = reflect ? this.#reflect(x, pad, `${as}/pad`) : x;
    return this.#layer(as, 'Conv', [input, weight, bias], {
      kernel_shape: [kernel, kernel],
      ...(stride > 1 && { strides: [stride, stride] }),
      ...(!reflect && pad > 0 && { pads: [pad, pad, pad, pad] }),
    });
  }

  /** A convolution and its ReLU. As in Caffe, the ReLU has the layer's name; the convolution is `<name>_pre_relu`. */
  convRelu(x: Value, name: string, window: Window): Value {
    return this.relu(this.conv(x, name, window, `${name}_pre_relu`), name);
  }
  relu = (x: Value, name: string) => this.#layer(name, 'Relu', [x]);
  /** Max or average pooling, as the option `pooling` states, without padding. */
  pool(x: Value, name: string, { kernel, stride = 1 }: Window): Value {
    const op = this.options.pooling === 'max' ? 'MaxPool' : 'AveragePool';
    return this.#layer(name, op, [x], { kernel_shape: [kernel, kernel], strides: [stride, stride] });
  }
  /**
   * 3×3 max pooling. With a stride of 2, Caffe rounds sizes up: the last window may reach beyond the right and the
   * bottom edge. Padding of one pixel there gives the same result, and unlike `ceil_mode` all providers support it.
   */
  maxPool3(x: Value, name: string, stride: 1 | 2): Value {
    const begin = stride === 1 ? 1 : 0;
    return this.#layer(name, 'MaxPool', [x], {
      kernel_shape: [3, 3],
      strides: [stride, stride],
      pads: [begin, begin, 1, 1],
    });
  }
  /** Local response normalization over 5 channels (Krizhevsky et al. 2012), with Caffe's constants. */
  lrn = (x: Value, name: string) =>
    this.#layer(name, 'LRN', [x], { size: 5, alpha: float(1e-4), beta: 0.75, bias: float(1) });
  concat = (parts: readonly Value[], name: string) => this.#layer(name, 'Concat', parts, { axis: 1 });
  /** The mean of each channel over the whole image, 1×channels×1×1. */
  average = (x: Value, name: string) => this.#layer(name, 'GlobalAveragePool', [x]);
  /** Probabilities, 1×classes, from one score for each class. */
  softmax(scores: Value, name: string): Value {
    const row = this.b.op('Flatten', [scores], { axis: 1 }, { name: `${name}/scores` });
    return this.#layer(name, 'Softmax', [row], { axis: 1 });
  }

  #layer(
    name: string,
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeLike>> = {},
  ): Value {
    this.layers.push(name);
    return this.b.op(op, inputs, attributes, { name });
  }

  #reflect(x: Value, pad: number, name: string): Value {
    const pads = this.b.sizes([0, 0, pad, pad, 0, 0, pad, pad]);
    return this.b.op('Pad', [x, pads], { mode: 'reflect' }, { name });
  }

  #parameters(name: string, x: Value, kernel: number): { readonly weight: Value; readonly bias: Value } {
    const parameters = this.options.parameters.get(name);
    if (parameters === undefined)
      throw new OneirosError('not-found', `the weights of ${this.options.network} do not contain ${name}`);
    const weight = asKernel(name, parameters, Number(shapeOf(x)[1]), kernel);
    return {
      weight: this.b.constant(weight, `${name}.weight`),
      bias: this.b.constant(parameters.bias, `${name}.bias`),
    };
  }
}

/** The layers that stages are built from. */
export type Layers = Pick<
  LayerBuilder,
  'conv' | 'convRelu' | 'relu' | 'pool' | 'maxPool3' | 'lrn' | 'concat' | 'average' | 'softmax'
>;

/** The weights as a kernel. The weights of a fully connected layer only need another shape. */
function asKernel(
  name: string,
  { weight, bias }: ConvParameters,
  channels: number,
  kernel: number,
): Float32Tensor {
  const [outputs = 0, ...inputs] = weight.dims;
  const wanted = [channels, kernel, kernel];
  const matrix = inputs.length === 1 && inputs[0] === sizeOf(wanted);
  if (outputs < 1 || !(matrix || inputs.join() === wanted.join()))
    throw new OneirosError(
      'bad-input',
      `${name}.weight has the shape [${weight.dims.join(', ')}]; expected [channels, ${wanted.join(', ')}] after the layer before it`,
    );
  if (bias.dims.join() !== String(outputs))
    throw new OneirosError(
      'bad-input',
      `${name}.bias has the shape [${bias.dims.join(', ')}]; expected [${outputs}], the first axis of ${name}.weight`,
    );
  return float32(weight.data, [outputs, ...wanted]);
}
