import * as v from 'valibot';

import { isRecord } from '../../base/check-arguments.js';
import { messageOf, OneirosError } from '../../base/errors.js';
import { parseJson } from '../../base/json.js';
import { own } from '../../base/own.js';
import { readJson } from '../../base/schema.js';
import { crc32 } from '../../files/crc32.js';
import { bytesSource } from '../../files/source.js';
import { float32, type Float32Tensor } from '../../tensor/tensor.js';
import { readSafetensors, writeSafetensors } from '../../weights/formats/safetensors.js';
import type { FeedSizes } from '../graph/graph.js';
import type { TrainingState } from './training-state.js';

/** Values that must be equal for a run to resume, by name. */
export type RunIdentity = Readonly<Record<string, number | boolean | string>>;

const format = 'oneiros training 2';
const [learnedPrefix, bufferPrefix] = ['learned/', 'optimizer/'];

/**
 * A state as a safetensors file: weights under `learned/`, the optimizer's buffers under `optimizer/`. With a checksum.
 */
export function encodeState(state: TrainingState, identity: RunIdentity): Uint8Array {
  const { step, figures, validation, learned, optimizer, sizes } = state;
  const tensors = new Map<string, Float32Tensor>();
  for (const [name, weight] of learned) tensors.set(learnedPrefix + name, weight);
  for (const [name, buffer] of Object.entries(optimizer.buffers))
    tensors.set(bufferPrefix + name, float32(buffer));
  const { metrics, ...others } = figures;
  const bytes = writeSafetensors(tensors, {
    checksum: unsigned,
    format,
    step: String(step),
    updates: String(optimizer.updates),
    figures: numbersText(others),
    metrics: numbersText(metrics),
    ...(validation && { validation: numbersText(validation) }),
    identity: JSON.stringify(identity),
    ...(sizes && { sizes: JSON.stringify([...sizes]) }),
  });
  bytes.set(new TextEncoder().encode(checksumOf(bytes)), checksumOffset);
  return bytes;
}

/**
 * Reads a state.
 * @param name its name in errors
 * @throws OneirosError `bad-input` if it is damaged or not a state; `bad-argument` if it belongs to another run
 */
export async function decodeState(
  bytes: Uint8Array,
  identity: RunIdentity,
  name: string,
): Promise<TrainingState> {
  try {
    checkIntegrity(bytes);
    return await stateIn(bytes, identity);
  } catch (error) {
    const code = error instanceof OneirosError ? error.code : 'bad-input';
    throw new OneirosError(code, `${name} cannot be resumed: ${messageOf(error)}`, { cause: error });
  }
}

async function stateIn(bytes: Uint8Array, identity: RunIdentity): Promise<TrainingState> {
  const { weights, metadata } = await readSafetensors(bytesSource(bytes));
  checkIdentity(metadata['identity'] ?? '', identity);
  const learned = new Map<string, Float32Tensor>();
  const buffers = new Map<string, Float32Array>();
  for (const [name, stored] of weights) {
    const tensor = await stored.load();
    if (tensor.dtype !== 'float32') throw damaged(`${name} is ${tensor.dtype}`);
    if (name.startsWith(learnedPrefix)) learned.set(name.slice(learnedPrefix.length), tensor);
    else buffers.set(name.slice(bufferPrefix.length), tensor.data);
  }
  const { sizes, validation } = metadata;
  const { loss = NaN, learningRate = NaN, gradientNorm = NaN } = numbersIn(metadata['figures']);
  return {
    step: wholeNumber(metadata, 'step'),
    figures: { loss, learningRate, gradientNorm, metrics: numbersIn(metadata['metrics']) },
    validation: validation === undefined ? null : numbersIn(validation),
    learned,
    optimizer: { updates: wholeNumber(metadata, 'updates'), buffers: Object.fromEntries(buffers) },
    sizes: sizes === undefined ? undefined : sizesOf(sizes),
  };
}

/**
 * The checksum comes first in the metadata, and they first in the header, so it has the same position in every file.
 */
const beforeChecksum = '{"__metadata__":{"checksum":"';
const checksumOffset = 8 + beforeChecksum.length;
/** Replaces the checksum while it is computed. */
const unsigned = '00000000';

/** The CRC-32 of a file, in hexadecimal, with zeros in place of the checksum. */
function checksumOf(bytes: Uint8Array): string {
  const crc = crc32(
    bytes.subarray(0, checksumOffset),
    new TextEncoder().encode(unsigned),
    bytes.subarray(checksumOffset + unsigned.length),
  );
  return crc.toString(16).padStart(unsigned.length, '0');
}

/** @throws OneirosError `bad-input` for other files, and if a byte has changed since the file was written */
function checkIntegrity(bytes: Uint8Array): void {
  const text = (begin: number, end: number) => new TextDecoder('latin1').decode(bytes.subarray(begin, end));
  const digits = checksumOffset + unsigned.length;
  if (text(8, checksumOffset) !== beforeChecksum || !text(digits, digits + 64).includes(`"${format}"`))
    throw new OneirosError(
      'bad-input',
      'it is not the state of a training run of this version of oneiros: remove it or give another path to start over',
    );
  const stored = text(checksumOffset, digits);
  if (stored !== checksumOf(bytes)) throw damaged(`its checksum is ${checksumOf(bytes)}: expected ${stored}`);
}

function checkIdentity(saved: string, identity: RunIdentity): void {
  const before = parseJson(saved);
  if (!isRecord(before)) throw damaged('it does not identify its run');
  const others = Object.entries(identity).filter(([name, value]) => own(before, name) !== value);
  if (others.length === 0) return;
  const texts = others.map(([name, value]) => `${name} ${String(own(before, name))}, now ${value}`);
  throw new OneirosError(
    'bad-argument',
    `it belongs to another run (${texts.join('; ')}): give the same options, or another path to start over`,
  );
}

/** Numbers as text, because JSON cannot write NaN and Infinity. */
function numbersText(numbers: Readonly<Record<string, number>>): string {
  return JSON.stringify(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
}

const numbersSchema = v.array(v.tuple([v.string(), v.string()]));

function numbersIn(text: string | undefined): Readonly<Record<string, number>> {
  const list = readJson(numbersSchema, text ?? '');
  if (list === null) throw damaged('its figures are malformed');
  return Object.fromEntries(list.map(([name, value]) => [name, Number(value)]));
}

const sizesSchema = v.array(
  v.tuple([v.string(), v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))]),
);

function sizesOf(text: string): FeedSizes {
  const list = readJson(sizesSchema, text);
  if (list === null) throw damaged('its sizes are malformed');
  return new Map(list);
}

function wholeNumber(metadata: Readonly<Record<string, string>>, name: string): number {
  const value = Number(own(metadata, name));
  if (!Number.isSafeInteger(value) || value < 0)
    throw damaged(`its ${name} is ${own(metadata, name) ?? 'missing'}`);
  return value;
}

function damaged(detail: string): OneirosError {
  return new OneirosError('bad-input', `it is damaged: ${detail}; remove it to start over`);
}
