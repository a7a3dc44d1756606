import { OneirosError } from '../../base/errors.js';
import type { TensorProto } from '../proto/onnx_pb.js';

/** Where a constant's bytes are stored outside the model file. */
export interface ExternalReference {
  /** Path relative to the model's folder, as written in the model: untrusted. */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes; `undefined` for all from `offset` to the end. */
  readonly length: number | undefined;
}

/** Returns the bytes of a reference. */
export type ExternalReader = (reference: ExternalReference) => Uint8Array;

/** @throws OneirosError `bad-input` if the reference is malformed */
export function referenceOf(proto: TensorProto): ExternalReference {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  if (location === '')
    throw new OneirosError(
      'bad-input',
      `the constant "${proto.name}" is stored outside the model, but has no location`,
    );
  return {
    location,
    offset: wholeNumber(proto, 'offset', entries.get('offset')) ?? 0,
    length: wholeNumber(proto, 'length', entries.get('length')),
  };
}

function wholeNumber(proto: TensorProto, key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value))
    throw new OneirosError(
      'bad-input',
      `the ${key} of the constant "${proto.name}" in its external data is "${text}", not a whole number`,
    );
  return value;
}
