// Crops and the teachers' features for them, computed once and cached.
import { toTensor } from '../../../lib/image/image.js';
import type { Session } from '../../../lib/runtime/types.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, type Float32Tensor, type Tensor } from '../../../lib/tensor/tensor.js';
import type { Sample, TrainingData } from '../../../lib/train/fit/data.js';
import { loadPicture, randomCrop } from './pictures.js';

export interface LessonOptions {
  /** The crops' width and height in pixels. */
  readonly side: number;
  /** Crops per picture. */
  readonly crops: number;
  readonly seed: number;
}

/** A tensor that stores the upper half of each float32: two or three digits in half the memory. */
interface Packed {
  readonly dims: readonly number[];
  readonly data: Uint16Array;
}

/**
 * A few fixed crops of each picture. The teachers would take two thirds of the time of a step, so they run only once
 * per crop; thousands of crops of 96² are too many for the student to memorize. Takes 2 MB per crop.
 */
export class Lessons implements TrainingData {
  readonly #known = new Map<number, ReadonlyMap<string, Packed>>();

  /** @param teacher a session of `targetModel` */
  constructor(
    private readonly files: readonly string[],
    private readonly teacher: Session,
    private readonly options: LessonOptions,
  ) {}

  get length(): number {
    return this.files.length * this.options.crops;
  }

  async sample(index: number): Promise<Sample> {
    const lesson = this.#known.get(index) ?? (await this.#teach(index));
    this.#known.set(index, lesson);
    return Object.fromEntries(Array.from(lesson, ([name, tensor]) => [name, unpack(tensor)]));
  }

  async #teach(index: number): Promise<ReadonlyMap<string, Packed>> {
    const { side, seed } = this.options;
    const picture = await loadPicture(this.files[index % this.files.length]!);
    const image = toTensor(randomCrop(picture, side, random(seed + index)));
    const targets = await this.teacher.run({ image });
    const named = Object.entries(targets).map(([layer, target]) => [`target/${layer}`, target] as const);
    return new Map([['image', pack(image)], ...named.map(([name, target]) => [name, pack(target)] as const)]);
  }
}

function pack(tensor: Tensor): Packed {
  const { data, dims } = tensor.dtype === 'float32' ? tensor : float32([]);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return { dims, data: Uint16Array.from(bits, (word) => (word + 0x8000) >>> 16) };
}

function unpack({ dims, data }: Packed): Float32Tensor {
  const bits = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) bits[i] = data[i]! << 16;
  return float32(new Float32Array(bits.buffer), dims);
}

/** The same lessons with only some of the tensors of each. */
export function partOf(lessons: TrainingData, names: ReadonlySet<string>): TrainingData {
  return {
    length: lessons.length,
    async sample(index, stream) {
      const sample = await lessons.sample(index, stream);
      return Object.fromEntries(Object.entries(sample).filter(([name]) => names.has(name)));
    },
  };
}
