import type { DType } from '../../tensor/dtype.js';
import * as dims from '../facts/dim.js';
import { anySize } from '../facts/dim.js';
import type { Facts } from '../facts/facts.js';
import type { Dim, Shape } from '../graph/graph.js';

/** Longer vectors are weights, not sizes. */
export const maxContent = 256;

/** The maximum number of symbols: arithmetic on expressions is slow, and no tensor has this many axes. */
const maxSymbols = 64;

function isSymbol(item: Dim): boolean {
  return typeof item === 'string';
}

/** A function of elements of one type; `anySize` if the result is unknown. */
type ElementFunction = (dtype: DType, ...elements: readonly Dim[]) => Dim;

/** How many elements a content of that shape has, or `null` if none is kept for it. */
export function contentLength(shape: Shape | null): number | null {
  if (shape === null || shape.length > 1) return null;
  const [length = 1] = shape;
  return typeof length === 'number' && length <= maxContent ? length : null;
}

/** The content of an elementwise operation's result, if that of every operand is kept. */
export function mapContent(
  f: ElementFunction,
  shape: Shape | null,
  operands: readonly (Facts | undefined)[],
): readonly Dim[] | null {
  const length = contentLength(shape);
  const contents = operands.map((operand) => operand?.content ?? null);
  const dtype = operands[0]?.type?.dtype;
  // No graph computes a size from this many others.
  if (contents.length > maxContent) return null;
  if (length === null || dtype === undefined || contents.some((content) => content === null)) return null;
  if (length > maxSymbols && contents.some((content) => content?.some(isSymbol))) return null;
  return Array.from({ length }, (_, i) =>
    f(dtype, ...contents.map((content) => content?.[content.length === 1 ? 0 : i] ?? anySize)),
  );
}

/** A function of numbers only, rounded as the element type rounds. */
export function numeric(f: (...numbers: readonly number[]) => number): ElementFunction {
  return (dtype, ...elements) =>
    elements.every((element) => typeof element === 'number') ? fit(dtype, f(...elements)) : anySize;
}

/** The same for sizes that may be symbols; `f` is the function for numbers of a float type. */
export function symbolic(
  onIntegers: (a: Dim, b: Dim) => Dim,
  f: (a: number, b: number) => number,
): ElementFunction {
  return (dtype, a = anySize, b = anySize) => {
    const isFraction = dtype === 'float32' || dtype === 'float64';
    if (isFraction && typeof a === 'number' && typeof b === 'number') return fit(dtype, f(a, b));
    return isExact(a) && isExact(b) ? fit(dtype, onIntegers(a, b)) : anySize;
  };
}

/** Division: integers round toward zero; floats that contain symbols are divided only by powers of two. */
export const divide: ElementFunction = (dtype, a = anySize, b = anySize) => {
  if (dtype !== 'float32' && dtype !== 'float64')
    return symbolic(dims.truncDiv, (x, y) => x / y)(dtype, a, b);
  if (typeof b !== 'number') return anySize;
  return typeof a === 'number' ? fit(dtype, a / b) : isExact(1 / b) ? dims.mul(a, 1 / b) : anySize;
};

/** The remainder with the divisor's sign. */
export const modulo: ElementFunction = symbolic(
  (a, b) => dims.sub(a, dims.mul(b, dims.floorDiv(a, b))),
  (a, b) => a - b * Math.floor(a / b),
);

/** ⌊x⌋, and ⌈x⌉ = −⌊−x⌋ */
export const floor: ElementFunction = (dtype, a = anySize) =>
  typeof a === 'number' ? fit(dtype, Math.floor(a)) : dims.floorDiv(a, 1);
export const ceil: ElementFunction = (dtype, a = anySize) =>
  typeof a === 'number' ? fit(dtype, Math.ceil(a)) : dims.sub(0, dims.floorDiv(dims.sub(0, a), 1));

/** An element converted to another type. */
export function castElement(element: Dim, from: DType, to: DType): Dim {
  const isWhole = to === 'int64' || to === 'int32';
  if (to === 'bool') return typeof element === 'number' ? Number(element !== 0) : anySize;
  if (!isWhole && to !== 'float32' && to !== 'float64') return anySize;
  const isFraction = from === 'float32' || from === 'float64';
  return fit(to, isWhole && isFraction ? truncate(element) : element);
}

function truncate(element: Dim): Dim {
  return typeof element === 'number' ? Math.trunc(element) : dims.truncDiv(element, 1);
}

/** Fractions of up to ten binary digits times any real size are exact in float32: 2¹⁴ · 2¹⁰ = 2²⁴. */
function isExact(element: Dim): boolean {
  return typeof element === 'string' || Number.isSafeInteger(element * 1024);
}

/** A number as its type stores it; `anySize` if it would overflow or lose digits. */
function fit(dtype: DType, element: Dim): Dim {
  if (typeof element === 'string') return element;
  switch (dtype) {
    case 'float32':
      return Math.fround(element);
    case 'float64':
      return element;
    case 'int64':
      return Number.isSafeInteger(element) ? element : anySize;
    case 'int32':
      return (element | 0) === element ? element : anySize;
    case 'bool':
      return element;
    default:
      return anySize;
  }
}
