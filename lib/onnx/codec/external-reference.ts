import { OneirosError } from '../../base/errors.js';
import type { TensorProto } from '../proto/onnx_pb.js';

/** Where a constant's bytes lie outside the model file. */
export interface ExternalReference {
  /** Path relative to the model's folder, as the model says it: not to be trusted. */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Bytes, or `undefined` for all there are from `offset` on. */
  readonly length: number | undefined;
}

/** Gives the bytes of a reference. */
export type ExternalReader = (reference: ExternalReference) => Uint8Array;

/** @throws OneirosError `bad-input` where it makes no sense */
export function referenceOf(proto: TensorProto): ExternalReference {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  if (location === '')
    throw new OneirosError('bad-input', `the constant "${proto.name}" is stored outside, but not said where`);
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
