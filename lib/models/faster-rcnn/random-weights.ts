import { random } from '../../tensor/random.js';
import { float32, sizeOf } from '../../tensor/tensor.js';
import { stored, type StoredTensor } from '../../weights/weights.js';

/** Initial weights for training, drawn in order from one stream of random numbers. */
export class RandomWeights {
  readonly made = new Map<string, StoredTensor>();
  readonly #stream;

  constructor(seed: number) {
    this.#stream = random(seed);
  }

  /**
   * Normally distributed weights without a bias.
   * @param scale the standard deviation. @default √(2 / fan-in), for a layer before a ReLU (He et al. 2015)
   */
  layer(name: string, dims: readonly number[], scale = Math.sqrt(2 / sizeOf(dims.slice(1)))): void {
    this.#add(`${name}.weight`, dims, () => scale * this.#stream.normal());
  }

  withBias(name: string, dims: readonly number[], scale?: number): void {
    this.layer(name, dims, scale);
    this.#add(`${name}.bias`, [dims[0]!], () => 0);
  }

  /** A convolution without a bias, and the batch normalization after it with all weights `scale`. */
  normed(name: string, norm: string, dims: readonly number[], scale = 1): void {
    this.layer(name, dims);
    const parts = { weight: scale, bias: 0, running_mean: 0, running_var: 1 };
    for (const [part, value] of Object.entries(parts)) this.#add(`${norm}.${part}`, [dims[0]!], () => value);
  }

  #add(name: string, dims: readonly number[], make: () => number): void {
    const data = Float32Array.from({ length: sizeOf(dims) }, make);
    this.made.set(name, stored(float32(data, dims)));
  }
}
