import { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { type AttributeLike, float } from '../../onnx/graph/attributes.js';
import { float32 } from '../../tensor/tensor.js';
import { fixedConstants } from '../input/preprocessing.js';
import { epsilon, fold } from './fold-batch-norm.js';
import type { Block, Convolution, UNetParameters } from './parameters.js';
import type { UNetTraits } from './settings.js';
import { type Geometry, inputLength, marginOf, mirror } from './sizes.js';

export interface UNetGraphOptions extends UNetTraits {
  /**
   * `fold` merges batch normalization into the convolution before it: the same results with less computation. `keep`
   * leaves it as nodes, which training needs.
   */
  readonly batchNorm: 'fold' | 'keep';
}

type Attributes = Readonly<Record<string, AttributeLike | undefined>>;

/**
 * Adds a U-Net to a graph. Values have the names of layers: `encoder1/conv1`, `encoder1/relu1`, `pool1`, `up1`,
 * `concat1`, `decoder1/relu2`, `logits`, `probabilities`. Initializers have canonical names such as `<layer>.weight`.
 */
export class UNetGraph {
  /** Names of the layers so far, in order. */
  readonly layers: string[] = [];

  constructor(
    readonly b: Builder,
    private readonly parameters: UNetParameters,
    private readonly options: UNetGraphOptions,
  ) {}

  /** From N×channels×height×width of any size ≥ 1 to N×classes×height×width: scores, or probabilities. */
  build(x: Value): Value {
    const { b } = this;
    const { head } = this.parameters;
    const [height, width] = [b.dim(x, 2), b.dim(x, 3)];
    const features = this.#body(this.#fit(this.#fit(x, 2), 3));
    const { headRelu, activation } = this.options;
    const scores = this.#conv(features, headRelu ? 'head' : 'scores', head, 'head', 0);
    const rectified = headRelu ? this.#layer('scores', 'Relu', [scores]) : scores;
    const logits = this.#crop(rectified, [height, width]);
    if (activation === 'none') return logits;
    return activation === 'sigmoid'
      ? this.#layer('probabilities', 'Sigmoid', [logits])
      : this.#layer('probabilities', 'Softmax', [logits], { axis: 1 });
  }

  #body(image: Value): Value {
    const { encoder, decoder, climbs } = this.parameters;
    const skips: Value[] = [];
    let x = image;
    encoder.forEach((block, i) => {
      if (i > 0) {
        skips.push(x);
        x = this.#layer(`pool${i}`, 'MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
      }
      x = this.#block(x, `encoder${i + 1}`, block);
    });
    decoder.forEach((block, i) => {
      const climbed = this.#climb(x, `up${i + 1}`, climbs[i] ?? null);
      x = this.#block(this.#join(skips.pop()!, climbed, `concat${i + 1}`), `decoder${i + 1}`, block);
    });
    return x;
  }

  #block(x: Value, name: string, block: Block): Value {
    return block.reduce((before, convolution, i) => {
      const id = i + 1;
      const pad = this.options.padding === 'same' ? 1 : 0;
      const y = this.#conv(before, `${name}/conv${id}`, convolution, `${name}/conv${id}`, pad);
      return this.#layer(`${name}/relu${id}`, 'Relu', [this.#norm(y, `${name}/norm${id}`, convolution)]);
    }, x);
  }

  #conv(x: Value, layer: string, convolution: Convolution, name: string, pad: number): Value {
    const { weight, bias } = this.options.batchNorm === 'fold' ? fold(convolution) : convolution;
    const inputs = [
      x,
      this.b.constant(weight, `${name}.weight`),
      bias === null ? undefined : this.b.constant(bias, `${name}.bias`),
    ];
    return this.#layer(layer, 'Conv', inputs, {
      kernel_shape: weight.dims.slice(2),
      pads: pad > 0 ? [pad, pad, pad, pad] : undefined,
    });
  }

  #norm(x: Value, name: string, { norm }: Convolution): Value {
    if (norm === null || this.options.batchNorm === 'fold') return x;
    const constants = [
      this.b.constant(norm.scale, `${name}.weight`),
      this.b.constant(norm.shift, `${name}.bias`),
      this.b.constant(norm.mean, `${name}.running_mean`),
      this.b.constant(norm.variance, `${name}.running_var`),
    ];
    return this.#layer(name, 'BatchNormalization', [x, ...constants], { epsilon: float(epsilon) });
  }

  #climb(x: Value, name: string, transposed: Convolution | null): Value {
    if (transposed !== null) {
      const { weight, bias } = transposed;
      const inputs = [
        x,
        this.b.constant(weight, `${name}.weight`),
        bias === null ? undefined : this.b.constant(bias, `${name}.bias`),
      ];
      return this.#layer(name, 'ConvTranspose', inputs, { kernel_shape: [2, 2], strides: [2, 2] });
    }
    const how: Attributes =
      this.options.resize === 'bilinear'
        ? { mode: 'linear', coordinate_transformation_mode: 'align_corners' }
        : { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    const scales = this.b.constant(float32([1, 1, 2, 2]), `${fixedConstants}${name}.scales`);
    return this.#layer(name, 'Resize', [x, undefined, scales], how);
  }

  /** Brings both values to the same size, and concatenates them. */
  #join(skip: Value, climbed: Value, name: string): Value {
    const { padding, concat, oddSizes } = this.options;
    const kept = padding === 'valid' ? this.#middle(skip, climbed) : skip;
    const raised =
      padding === 'same' && oddSizes === 'pad-features' ? this.#surround(climbed, skip) : climbed;
    return this.#layer(name, 'Concat', concat === 'skip-first' ? [kept, raised] : [raised, kept], {
      axis: 1,
    });
  }

  /** The middle of `x`, as large as `like`. */
  #middle(x: Value, like: Value): Value {
    const { b } = this;
    const sizes = [b.dim(like, 2), b.dim(like, 3)];
    const starts = sizes.map((size, i) => b.div(b.sub(b.dim(x, i + 2), size), 2));
    const ends = starts.map((start, i) => b.add(start, sizes[i]!));
    return b.slice(x, [2, 3], starts, ends);
  }

  /** `x` in the middle of zeros, as large as `like`. */
  #surround(x: Value, like: Value): Value {
    const { b } = this;
    const missing = [2, 3].map((axis) => b.sub(b.dim(like, axis), b.dim(x, axis)));
    const before = missing.map((pixels) => b.div(pixels, 2));
    const after = missing.map((pixels, i) => b.sub(pixels, before[i]!));
    return b.pad(x, [0, 0, ...before, 0, 0, ...after]);
  }

  /** Pads the picture to a size that the network supports, along one axis. */
  #fit(x: Value, axis: number): Value {
    const { padding, oddSizes } = this.options;
    const geometry = this.geometry;
    const size = this.b.dim(x, axis);
    if (padding === 'same' && oddSizes === 'pad-features')
      return mirror(this.b, x, axis, 0, this.b.maximum(size, geometry.grid));
    const before = padding === 'valid' ? marginOf(geometry) : 0;
    return mirror(this.b, x, axis, before, inputLength(this.b, size, geometry));
  }

  get geometry(): Geometry {
    return { grid: 2 ** this.parameters.climbs.length, loss: this.options.padding === 'valid' ? 4 : 0 };
  }

  /** Crops the result to the picture, at whose first pixel it begins. */
  #crop(x: Value, [height, width]: readonly [Value, Value]): Value {
    this.layers.push('logits');
    const naming = { name: 'logits' };
    const known = [this.b.dim(x, 2), this.b.dim(x, 3)];
    if ([height, width].every((size, i) => size.content && size.content[0] === known[i]!.content?.[0]))
      return this.b.op('Identity', [x], {}, naming);
    const { b } = this;
    return b.op('Slice', [x, b.sizes([0, 0]), b.join([height, width]), b.sizes([2, 3])], {}, naming);
  }

  #layer(
    name: string,
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
  ): Value {
    this.layers.push(name);
    return this.b.op(op, inputs, attributes, { name });
  }
}
