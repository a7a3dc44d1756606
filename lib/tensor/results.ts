import { OneirosError } from '../base/errors.js';
import { own } from '../base/own.js';
import { float32, type Float32Tensor, type Tensor, toNumbers } from './tensor.js';

// Reading what a run gives. Graphs come from files, so each result is checked to be what its reader takes it for; what it is
// instead is the run's fault: `runtime`.

/** What a run gives: tensors by the names of the model's outputs. */
export type Results = Readonly<Record<string, Tensor>>;

/** The sizes that a result must have, axis by axis; a word stands for any: `[1, 'classes']`. */
export type ExpectedShape = readonly (number | string)[];

/**
 * A result that must be float32.
 * @param shape what its dimensions must be; any where it is left out
 * @throws OneirosError `runtime` if it is missing or something else
 */
export function float32Of(results: Results, name: string, shape?: ExpectedShape): Float32Tensor {
  const result = own(results, name);
  if (result?.dtype === 'float32' && (shape === undefined || hasShape(result, shape))) return result;
  throw unexpected(results, name, shape === undefined ? 'float32' : `float32 [${shape.join(', ')}]`);
}

/** A result of single or half precision, in single. Throws as {@link float32Of}. */
export function floatsOf(results: Results, name: string): Float32Tensor {
  const result = own(results, name);
  if (result?.dtype === 'float32') return result;
  if (result?.dtype === 'float16') return float32(toNumbers(result), result.dims);
  throw unexpected(results, name, 'float32 or float16');
}

/** The elements of a result of whole numbers. Throws as {@link float32Of}. */
export function integersOf(results: Results, name: string): number[] {
  const result = own(results, name);
  if (result?.dtype === 'int64') return toNumbers(result);
  throw unexpected(results, name, 'int64');
}

/** The elements of a result of floating-point or whole numbers. Throws as {@link float32Of}. */
export function numbersOf(results: Results, name: string): number[] {
  const result = own(results, name);
  if (result?.dtype === 'float32' || result?.dtype === 'int64') return toNumbers(result);
  throw unexpected(results, name, 'float32 or int64');
}

/** The element of a floating-point result of one element. Throws as {@link float32Of}. */
export function numberOf(results: Results, name: string): number {
  const result = own(results, name);
  if (result?.dtype === 'float32' || result?.dtype === 'float64' || result?.dtype === 'float16') {
    const [value, ...others] = toNumbers(result);
    if (value !== undefined && others.length === 0) return value;
  }
  throw unexpected(results, name, 'one floating-point number');
}

/** The error of a result that is not what was expected: it says what it is instead. */
export function unexpected(results: Results, name: string, expected: string): OneirosError {
  const result = own(results, name);
  const found = result === undefined ? 'nothing' : `${result.dtype} [${result.dims.join(', ')}]`;
  return new OneirosError('runtime', `the run gave ${found} for "${name}", expected ${expected}`);
}

function hasShape({ dims }: Tensor, shape: ExpectedShape): boolean {
  return (
    dims.length === shape.length && shape.every((size, i) => typeof size === 'string' || size === dims[i])
  );
}
