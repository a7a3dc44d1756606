import { own } from '../own.js';
import { bytesSource } from '../files/source.js';
import { OneirosError } from '../errors.js';
import type { RuleState } from '../optim/update-rule.js';
import { float32, type Float32Tensor } from '../tensor/tensor.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.js';
import type { FeedSizes } from './graph.js';
import type { LearnedWeights } from './parameters.js';

/** Where a run's state is kept: a file (`checkpointFile`), or anything else that holds bytes. */
export interface CheckpointStore {
  /** What was saved last; `null` where nothing was. */
  load(): Promise<Uint8Array | null>;
  /** Replaces what was saved before, whole or not at all. */
  save(bytes: Uint8Array): Promise<void>;
}

/** All that the rest of a run depends on, besides the model, the data and the options. */
export interface TrainingState {
  /** Updates done. */
  readonly step: number;
  /** The trained weights and the running statistics, by name. */
  readonly learned: LearnedWeights;
  readonly optimizer: RuleState;
  /** What the graph has been made for; `undefined` for any sizes. */
  readonly sizes: FeedSizes | undefined;
}

/** What must be the same for a run to go on, by name. */
export type RunIdentity = Readonly<Record<string, number | boolean | string>>;

const format = 'oneiros training 1';
const [learnedPrefix, bufferPrefix] = ['learned/', 'optimizer/'];

/** A state as a safetensors file: weights under `learned/`, the optimiser's buffers under `optimizer/`. */
export function encodeState(state: TrainingState, identity: RunIdentity): Uint8Array {
  const { step, learned, optimizer, sizes } = state;
  const tensors = new Map<string, Float32Tensor>();
  for (const [name, weight] of learned) tensors.set(learnedPrefix + name, weight);
  for (const [name, buffer] of Object.entries(optimizer.buffers))
    tensors.set(bufferPrefix + name, float32(buffer));
  return writeSafetensors(tensors, {
    format,
    step: String(step),
    updates: String(optimizer.updates),
    identity: JSON.stringify(identity),
    ...(sizes && { sizes: JSON.stringify([...sizes]) }),
  });
}

/**
 * Reads a state back.
 * @throws OneirosError `bad-input` if it is damaged or no such file; `bad-argument` if it is that of another run
 */
export async function decodeState(bytes: Uint8Array, identity: RunIdentity): Promise<TrainingState> {
  const { weights, metadata } = await readSafetensors(bytesSource(bytes));
  if (metadata['format'] !== format)
    throw new OneirosError('bad-input', 'the checkpoint is no state of a training run of this library');
  checkIdentity(metadata['identity'] ?? '', identity);
  const learned = new Map<string, Float32Tensor>();
  const buffers = new Map<string, Float32Array>();
  for (const [name, stored] of weights) {
    const tensor = await stored.load();
    if (tensor.dtype !== 'float32') throw damaged(`${name} is ${tensor.dtype}`);
    if (name.startsWith(learnedPrefix)) learned.set(name.slice(learnedPrefix.length), tensor);
    else buffers.set(name.slice(bufferPrefix.length), tensor.data);
  }
  const sizes = metadata['sizes'];
  return {
    step: wholeNumber(metadata, 'step'),
    learned,
    optimizer: { updates: wholeNumber(metadata, 'updates'), buffers: Object.fromEntries(buffers) },
    sizes: sizes === undefined ? undefined : sizesOf(sizes),
  };
}

function checkIdentity(saved: string, identity: RunIdentity): void {
  const before = parsed(saved);
  const others = Object.entries(identity).filter(([name, value]) => Reflect.get(before, name) !== value);
  if (others.length === 0) return;
  const texts = others.map(([name, value]) => `${name} ${String(Reflect.get(before, name))}, now ${value}`);
  throw new OneirosError(
    'bad-argument',
    `the checkpoint is of another run (${texts.join('; ')}): give the same options, or begin anew with another checkpoint`,
  );
}

function sizesOf(text: string): FeedSizes {
  const list: unknown = parsed(text);
  const isEntry = (entry: unknown): entry is [string, number[]] =>
    Array.isArray(entry) &&
    entry.length === 2 &&
    typeof entry[0] === 'string' &&
    Array.isArray(entry[1]) &&
    entry[1].every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!Array.isArray(list) || !list.every(isEntry)) throw damaged('its sizes are none');
  return new Map(list);
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // falls through: it is damaged either way
  }
  throw damaged('its metadata are no JSON');
}

function wholeNumber(metadata: Readonly<Record<string, string>>, name: string): number {
  const value = Number(own(metadata, name));
  if (!Number.isSafeInteger(value) || value < 0)
    throw damaged(`its ${name} is ${own(metadata, name) ?? 'missing'}`);
  return value;
}

function damaged(detail: string): OneirosError {
  return new OneirosError('bad-input', `the checkpoint is damaged: ${detail}`);
}
