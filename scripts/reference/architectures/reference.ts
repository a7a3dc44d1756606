// Reads what export.py has written for one architecture: tensors and derivatives.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { float32, type NumericTensor } from '../../../lib/api/runtime.js';

export interface Reference {
  readonly x: NumericTensor;
  /** The direction of Jacobian– and Hessian–vector products. */
  readonly v: NumericTensor;
  /** The cotangents of the outputs. */
  readonly cs: readonly NumericTensor[];
  /** PyTorch's own errors in float32, by what was computed. */
  readonly errors: Readonly<Record<string, number>>;
  /** What PyTorch computes in float64: `outputs`, `gradient`, `jvp` or `hvp`. */
  readonly expected: (name: string) => Promise<Float64Array>;
}

export async function readReference(folder: string): Promise<Reference> {
  const known: unknown = JSON.parse(await readFile(join(folder, 'reference.json'), 'utf8'));
  if (!isWritten(known)) throw new Error(`${folder} has no reference`);
  const bytesOf = async (name: string) => new Uint8Array(await readFile(join(folder, `${name}.bin`))).buffer;
  const float32s = async (name: string) => new Float32Array(await bytesOf(name));
  return {
    x: float32(await float32s('x'), known.input),
    v: float32(await float32s('v'), known.input),
    cs: split(await float32s('c'), known.outputs),
    errors: known.errors,
    expected: async (name) => new Float64Array(await bytesOf(name)),
  };
}

/** The distance relative to the norm of what is expected. */
export function relativeError(found: readonly number[], expected: Float64Array): number {
  if (found.length !== expected.length) return Infinity;
  let [distance, norm] = [0, 0];
  for (const [i, value] of expected.entries()) {
    distance += (found[i]! - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(distance / norm);
}

function split(data: Float32Array, dims: readonly (readonly number[])[]): readonly NumericTensor[] {
  let at = 0;
  return dims.map((each) => {
    const size = each.reduce((product, dim) => product * dim, 1);
    return float32(data.slice(at, (at += size)), each);
  });
}

interface Written {
  readonly input: readonly number[];
  readonly outputs: readonly (readonly number[])[];
  readonly errors: Readonly<Record<string, number>>;
}

function isWritten(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && 'input' in value && 'errors' in value;
}
