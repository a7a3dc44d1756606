import { OneirosError } from '../base/errors.js';
import { own } from '../base/own.js';
import { float32, type Float32Tensor, type Tensor, toNumbers } from './tensor.js';

// Readers of a run's results. Graphs come from files, so each reader checks the type and shape of its result; an
// unexpected result is an error of the run: `runtime`.

/** The results of a run: tensors by output name. */
export type Results = Readonly<Record<string, Tensor>>;

/** The shape that a result must have; a word stands for any size: `[1, 'classes']`. */
export type ExpectedShape = readonly (number | string)[];

/**
 * A result that must be float32.
 * @param shape its required shape; any shape by default
 * @throws OneirosError `runtime` if it is missing or has another type or shape
 */
export function float32Of(results: Results, name: string, shape?: ExpectedShape): Float32Tensor {
  const result = own(results, name);
  if (result?.dtype === 'float32' && (shape === undefined || hasShape(result, shape))) return result;
  throw unexpected(results, name, shape === undefined ? 'float32' : `float32 [${shape.join(', ')}]`);
}

/** A float32 or float16 result as float32. Throws as {@link float32Of}. */
export function floatsOf(results: Results, name: string): Float32Tensor {
  const result = own(results, name);
  if (result?.dtype === 'float32') return result;
  if (result?.dtype === 'float16') return float32(toNumbers(result), result.dims);
  throw unexpected(results, name, 'float32 or float16');
}

/** The elements of an int64 result. Throws as {@link float32Of}. */
export function integersOf(results: Results, name: string): number[] {
  const result = own(results, name);
  if (result?.dtype === 'int64') return toNumbers(result);
  throw unexpected(results, name, 'int64');
}

/** The elements of a float32 or int64 result. Throws as {@link float32Of}. */
export function numbersOf(results: Results, name: string): number[] {
  const result = own(results, name);
  if (result?.dtype === 'float32' || result?.dtype === 'int64') return toNumbers(result);
  throw unexpected(results, name, 'float32 or int64');
}

/** The only element of a floating-point result. Throws as {@link float32Of}. */
export function numberOf(results: Results, name: string): number {
  const result = own(results, name);
  if (result?.dtype === 'float32' || result?.dtype === 'float64' || result?.dtype === 'float16') {
    const [value, ...others] = toNumbers(result);
    if (value !== undefined && others.length === 0) return value;
  }
  throw unexpected(results, name, 'one floating-point number');
}

/** The error for an unexpected result: what the run returned and what was expected. */
export function unexpected(results: Results, name: string, expected: string): OneirosError {
  const result = own(results, name);
  const found = result === undefined ? 'nothing' : `${result.dtype} [${result.dims.join(', ')}]`;
  return new OneirosError('runtime', `the run returned ${found} for "${name}", expected ${expected}`);
}

function hasShape({ dims }: Tensor, shape: ExpectedShape): boolean {
  return (
    dims.length === shape.length && shape.every((size, i) => typeof size === 'string' || size === dims[i])
  );
}
