import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { type Random, random } from '../../tensor/random.js';
import { type NumericTensor, numericTensor, sizeOf, type Tensor } from '../../tensor/tensor.js';

/** One example: feeds of the training graph by input name, the batch axis (of size 1) included. */
export type Sample = Readonly<Record<string, Tensor>>;

/** What to train on. The same index and the same random stream must give the same sample, or no run can be repeated. */
export interface TrainingData {
  readonly length: number;
  sample(index: number, random: Random): Promise<Sample>;
}

/** Changes a sample at random, its targets along with it. */
export type Augmentation = (sample: Sample, random: Random) => Sample;

export interface BatchOptions {
  /** Samples in a batch. */
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly augment?: Augmentation | undefined;
}

/** A stream of random numbers of its own for each list of keys. */
export function keyedRandom(seed: number, ...keys: readonly number[]): Random {
  return keys.reduce((stream, key) => random((stream.uniform() * 2 ** 32) ^ key), random(seed));
}

/**
 * The samples epoch after epoch, each epoch in an order of its own. Batches are always full: one may begin in an epoch and
 * end in the next. What batch `i` holds depends on the seed and `i` alone.
 */
export class Batches {
  readonly #data: TrainingData;
  readonly #options: BatchOptions;
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;

  /** @throws OneirosError `bad-argument` where there is nothing to train on */
  constructor(data: TrainingData, options: BatchOptions) {
    if (!(Number.isSafeInteger(data.length) && data.length >= 1))
      throw new OneirosError(
        'bad-argument',
        `there are ${data.length} samples to train on: one is the least`,
      );
    this.#data = data;
    this.#options = options;
  }

  /** Batch `i`, 0 for the first. */
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

/** Fisher and Yates: every order equally likely. */
function shuffleInPlace(items: Uint32Array, stream: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = stream.integer(0, i);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
}

/**
 * Samples side by side along the first axis.
 * @throws OneirosError `bad-argument` where their feeds are not of the same names, types and sizes
 */
function concatenated(samples: readonly Sample[]): Sample {
  const [first, ...others] = samples;
  if (first === undefined || others.length === 0) return first ?? {};
  const names = Object.keys(first);
  for (const other of others)
    if (Object.keys(other).length !== names.length)
      throw new OneirosError(
        'bad-argument',
        `samples of one batch feed [${names.join(', ')}] and [${Object.keys(other).join(', ')}]: they must feed the same`,
      );
  return Object.fromEntries(names.map((name) => [name, joined(name, samples)]));
}

function joined(name: string, samples: readonly Sample[]): Tensor {
  const parts = samples.map((sample) => own(sample, name));
  const [first] = parts;
  if (first === undefined || first.dtype === 'string')
    throw new OneirosError('bad-argument', `"${name}" is text, which cannot be joined to a batch`);
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

/** Whether two tensors can stand side by side along their first axis. */
function fits(part: Tensor, first: NumericTensor): boolean {
  return (
    part.dtype === first.dtype &&
    part.dims.length > 0 &&
    sizeOf(part.dims.slice(1)) === sizeOf(first.dims.slice(1)) &&
    part.dims.slice(1).join() === first.dims.slice(1).join()
  );
}

/** Batches in their order, one of them ahead. */
export class BatchQueue {
  #ahead: Promise<Sample> | null = null;

  /** @param position of the first batch */
  constructor(
    private readonly batches: Batches,
    private position: number,
  ) {}

  /** Begins with the next batch, unless it has been begun. */
  prepare(): void {
    this.#ahead ??= this.batches.load(this.position);
    // Where it fails, whoever takes the batch learns of it.
    this.#ahead.catch(() => undefined);
  }

  /** The next batch, which stays. */
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
