import { random } from '../../tensor/random.js';
import { float32, sizeOf } from '../../tensor/tensor.js';
import { stored, type StoredTensor } from '../../weights/weights.js';

/** Weights to begin training with, made one after another out of one stream of random numbers. */
export class RandomWeights {
  readonly made = new Map<string, StoredTensor>();
  readonly #stream;

  constructor(seed: number) {
    this.#stream = random(seed);
  }

  /** Normal numbers. @param scale their standard deviation. @default for a ReLU to follow (He et al. 2015) */
  layer(name: string, dims: readonly number[], scale = Math.sqrt(2 / sizeOf(dims.slice(1)))): void {
    this.#add(`${name}.weight`, dims, () => scale * this.#stream.normal());
  }

  withBias(name: string, dims: readonly number[], scale?: number): void {
    this.layer(name, dims, scale);
    this.#add(`${name}.bias`, [dims[0]!], () => 0);
  }

  /** A convolution without a bias and the batch normalization after it, whose weights are all `scale`. */
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
