import type { Dim } from '../graph/graph.js';
import * as polynomial from './polynomial.js';
import { constant, constantOf, isNonNegative, type Polynomial, print } from './polynomial.js';
import { extremum, floorDivide, truncateDivide } from './quotient.js';
import { quote, read, symbolTerm } from './read-expression.js';

/**
 * Arithmetic on sizes that may be symbols. Results are in canonical form, so equal strings mean sizes that are equal
 * for all values of the symbols; equal sizes usually, but not always, give equal strings. Symbols stand for whole
 * numbers ≥ 0, except those that begin with `?`, which stand for any whole number.
 *
 *     add(sub('h', 1), 1)                    'h'
 *     floorDiv(mul(2, 'h'), 2)               'h'
 *     floorDiv(add(floorDiv('h', 2), 1), 2)  'floor((h + 2)/4)'
 *
 * A string that is not written canonically (`height/2`, `batch-size`) is the name of a symbol. Inside an expression a
 * name that could be misread is put in braces: `{batch-size} + 1`.
 */
export const add = lift(polynomial.add);
export const sub = lift(polynomial.subtract);
export const mul = lift(polynomial.multiply);
/** ⌊a/b⌋ */
export const floorDiv = lift(floorDivide);
/** a/b rounded toward zero, as ONNX divides integers. */
export const truncDiv = lift(truncateDivide);
export const ceilDiv = (a: Dim, b: number): Dim => floorDiv(add(a, b - 1), b);
export const min = lift((a, b) => extremum('min', [a, b]));
export const max = lift((a, b) => extremum('max', [a, b]));
export const product = (dims: readonly Dim[]): Dim => dims.reduce(mul, 1);

/** An unknown size: equal to no other, not even to itself. `inferNode` replaces each by a unique symbol. */
export const anySize = '?';

/** Longer expressions become `anySize`, so that no graph can make them grow without bound. */
const maxLength = 200;

/** Whether two sizes are equal: certainly (`true`), certainly not (`false`), or unknown (`null`). */
export function isEqual(a: Dim, b: Dim): boolean | null {
  if (a === anySize || b === anySize) return null;
  if (a === b) return true;
  const [p, q] = [parse(a), parse(b)];
  const difference = polynomial.subtract(p, q);
  if (difference.size === 0) return true;
  const isPositive = (d: Polynomial) => (d.get('')?.coefficient ?? 0) > 0 && isNonNegative(d);
  return isPositive(difference) || isPositive(polynomial.scale(difference, -1)) ? false : null;
}

/** Whether a size is certainly not negative. */
export function isAtLeastZero(dim: Dim): boolean {
  return dim !== anySize && isNonNegative(parse(dim));
}

/** The dimension for the symbol `name`, which may contain any characters. */
export function symbol(name: string): string {
  const p = parseCanonical(name);
  const [only] = p?.values() ?? [];
  return p === null || only?.atoms[0]?.symbol === name ? name : quote(name);
}

/** The names of all symbols in a dimension. */
export function symbolsOf(dim: Dim): readonly string[] {
  const names = new Set<string>();
  if (typeof dim === 'string')
    substitute(dim, (name) => {
      names.add(name);
      return undefined;
    });
  return [...names];
}

/** Replaces symbols by the sizes that `sizeOf` returns: if all become numbers, the result is a number. */
export function substitute(dim: Dim, sizeOf: (symbol: string) => Dim | undefined): Dim {
  if (typeof dim === 'number') return dim;
  const replace = (name: string) => {
    const size = sizeOf(name);
    return size === undefined ? symbolTerm(name) : parse(size);
  };
  return toDim(parseCanonical(dim) === null ? replace(dim) : read(dim, replace));
}

/** A graph has few different sizes, which every node of every pass computes again: results are remembered. */
function lift(f: (a: Polynomial, b: Polynomial) => Polynomial | null): (a: Dim, b: Dim) => Dim {
  const withFirst = remembering((a: Dim) => remembering((b: Dim) => toDim(f(parse(a), parse(b)))));
  return (a, b) => (a === anySize || b === anySize ? anySize : withFirst(a)(b));
}

function toDim(p: Polynomial | null): Dim {
  if (p === null) return anySize;
  const value = constantOf(p);
  if (value !== null) return value;
  const text = print(p);
  if (text.length > maxLength) return anySize;
  const [only] = p.values();
  const name = only?.atoms[0]?.symbol;
  return name !== undefined && text === quote(name) ? symbol(name) : text;
}

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'number') return constant(dim);
  return parseCanonical(dim) ?? symbolTerm(dim);
}

const parseCanonical = remembering((text: string): Polynomial | null => {
  const p = text.length > maxLength ? null : read(text, symbolTerm);
  return p !== null && toDim(p) === text ? p : null;
});

/** How many results each function remembers; then it forgets all. */
const mostRemembered = 1000;

/** A function that computes its result for each argument once, within limits. */
function remembering<A, R extends object | Dim | null>(f: (argument: A) => R): (argument: A) => R {
  const results = new Map<A, R>();
  return (argument) => {
    const known = results.get(argument);
    if (known !== undefined) return known;
    const result = f(argument);
    if (results.size >= mostRemembered) results.clear();
    results.set(argument, result);
    return result;
  };
}
