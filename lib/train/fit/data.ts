import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { type Random, random } from '../../tensor/random.js';
import { type NumericTensor, numericTensor, sizeOf, type Tensor } from '../../tensor/tensor.js';

/** One example: the feeds of the training graph by input name, with a batch axis of size 1. */
export type Sample = Readonly<Record<string, Tensor>>;

/** Training data. For runs to be reproducible, the same index and random stream must give the same sample. */
export interface TrainingData {
  readonly length: number;
  sample(index: number, random: Random): Promise<Sample>;
}

/** Changes a sample at random, together with its targets. */
export type Augmentation = (sample: Sample, random: Random) => Sample;

export interface BatchOptions {
  /** The number of samples in a batch. */
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly augment?: Augmentation | undefined;
}

/** An independent stream of random numbers for each list of keys. */
export function keyedRandom(seed: number, ...keys: readonly number[]): Random {
  return keys.reduce((stream, key) => random((stream.uniform() * 2 ** 32) ^ key), random(seed));
}

/**
 * The samples of all epochs, each epoch in a different order. Batches are always full: one may begin in an epoch and
 * end in the next. The samples of batch `i` depend only on the seed and `i`.
 */
export class Batches {
  readonly #data: TrainingData;
  readonly #options: BatchOptions;
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;

  /** @throws OneirosError `bad-argument` if there are no samples */
  constructor(data: TrainingData, options: BatchOptions) {
    if (!(Number.isSafeInteger(data.length) && data.length >= 1))
      throw new OneirosError(
        'bad-argument',
        `there are ${data.length} samples to train on: expected at least one`,
      );
    this.#data = data;
    this.#options = options;
  }

  /** Batch `i`, from 0. */
  async load(i: number): Promise<Sample> {
    const { batch } = this.#options;
    const samples: Sample[] = [];
    for (let position = i * batch; position < (i + 1) * batch; position++)
      samples.push(await this.#sample(position));
    return concatenated(samples);
  }

  async #sample(position: number): Promise<Sample> {
    const { seed, augment } = this.#options;
    const stream = keyedRandom(seed, 1, position);
    const epoch = Math.floor(position / this.#data.length);
    const index = this.#orderOf(epoch)[position % this.#data.length]!;
    const sample = await this.#data.sample(index, stream);
    return augment?.(sample, stream) ?? sample;
  }

  #orderOf(epoch: number): Uint32Array {
    if (this.#order?.epoch === epoch) return this.#order.indices;
    const { shuffle, seed } = this.#options;
    const indices = Uint32Array.from({ length: this.#data.length }, (_, i) => i);
    if (shuffle) shuffleInPlace(indices, keyedRandom(seed, 2, epoch));
    this.#order = { epoch, indices };
    return indices;
  }
}

/** The Fisher–Yates shuffle: every order is equally likely. */
function shuffleInPlace(items: Uint32Array, stream: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = stream.integer(0, i);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
}

/**
 * Concatenates samples along the first axis.
 * @throws OneirosError `bad-argument` if their feeds differ in names, types or sizes
 */
function concatenated(samples: readonly Sample[]): Sample {
  const [first, ...others] = samples;
  if (first === undefined || others.length === 0) return first ?? {};
  const names = Object.keys(first);
  for (const other of others)
    if (Object.keys(other).length !== names.length)
      throw new OneirosError(
        'bad-argument',
        `samples of one batch feed [${names.join(', ')}] and [${Object.keys(other).join(', ')}]: they must feed the same inputs`,
      );
  return Object.fromEntries(names.map((name) => [name, joined(name, samples)]));
}

function joined(name: string, samples: readonly Sample[]): Tensor {
  const parts = samples.map((sample) => own(sample, name));
  const [first] = parts;
  if (first === undefined || first.dtype === 'string')
    throw new OneirosError('bad-argument', `"${name}" is text, which cannot be batched`);
  const same = parts.filter((part): part is NumericTensor => part !== undefined && fits(part, first));
  if (same.length !== parts.length)
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${parts.map((part) => (part ? `${part.dtype} [${part.dims.join(', ')}]` : 'missing')).join(', ')} in the samples of one batch: crop or resize them to one size, or train with a batch of 1 and \`accumulate\``,
    );
  const length = same.reduce((sum, { dims }) => sum + dims[0]!, 0);
  const bytes = new Uint8Array(same.reduce((sum, { data }) => sum + data.byteLength, 0));
  let at = 0;
  for (const { data } of same) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return numericTensor(first.dtype, bytes.buffer, [length, ...first.dims.slice(1)]);
}

/** Whether two tensors can be concatenated along the first axis. */
function fits(part: Tensor, first: NumericTensor): boolean {
  return (
    part.dtype === first.dtype &&
    part.dims.length > 0 &&
    sizeOf(part.dims.slice(1)) === sizeOf(first.dims.slice(1)) &&
    part.dims.slice(1).join() === first.dims.slice(1).join()
  );
}

/** Batches in order; one is loaded in advance. */
export class BatchQueue {
  #ahead: Promise<Sample> | null = null;

  /** @param position of the first batch */
  constructor(
    private readonly batches: Batches,
    private position: number,
  ) {}

  /** Starts to load the next batch, unless that has started. */
  prepare(): void {
    this.#ahead ??= this.batches.load(this.position);
    // An error reaches the caller of `peek` or `next`.
    this.#ahead.catch(() => undefined);
  }

  /** The next batch, without removing it. */
  peek(): Promise<Sample> {
    this.prepare();
    return this.#ahead!;
  }

  next(): Promise<Sample> {
    const batch = this.peek();
    this.#ahead = null;
    this.position++;
    return batch;
  }
}
