import { expect } from 'chai';

import { type ErrorCode, OneirosError } from '../../lib/base/errors.js';
import { type ByteSource, bytesSource } from '../../lib/files/source.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import type { Weights } from '../../lib/weights/weights.js';
import golden from './golden/checkpoints.json' with { type: 'json' };

interface GoldenFile {
  readonly bytes: string;
  readonly tensors: Readonly<Record<string, GoldenTensor>>;
}
export interface GoldenTensor {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}
const files: Readonly<Record<string, GoldenFile>> = golden;

/** Files that torch.save wrote, by their names in scripts/reference/checkpoints.py. */
export const goldenNames = Object.keys(files);

export function goldenBytes(name: string): Uint8Array {
  return Uint8Array.from(atob(files[name]!.bytes), (char) => char.charCodeAt(0));
}

export function goldenTensors(name: string): Readonly<Record<string, GoldenTensor>> {
  return files[name]!.tensors;
}

export async function open(bytes: Uint8Array): Promise<Weights> {
  return (await loadWeights(bytesSource(bytes))).weights;
}

/** A source that counts the bytes that are read from it. */
export function counted(bytes: Uint8Array): { readonly source: ByteSource; readonly count: () => number } {
  const inner = bytesSource(bytes);
  let count = 0;
  const read = (offset: number, length: number) => {
    count += length;
    return inner.read(offset, length);
  };
  return { source: { ...inner, read }, count: () => count };
}

/** Expects the promise to fail with this code and a message of one line that contains all these texts. */
export async function expectError(
  promise: Promise<unknown>,
  code: ErrorCode,
  ...texts: string[]
): Promise<void> {
  const error = await promise.then(
    () => expect.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OneirosError)) throw error;
  for (const text of texts) expect(error.message).to.include(text);
  expect(error.message).not.to.include('\n');
  expect(error.code).to.equal(code);
}
