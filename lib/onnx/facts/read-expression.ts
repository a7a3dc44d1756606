import { add, constant, multiply, ofAtom, type Polynomial, scale } from './polynomial.js';
import { extremum, floorDivide, truncateDivide } from './quotient.js';

const plainName = /\??[A-Za-z_][\w.:[\]]*/y;
const quotedName = /\{((?:[^{}\\]|\\.)*)\}/y;
const number = /\d+(?:\.\d+)?(?:e[+-]\d+)?/y;

/** The polynomial that consists of one symbol. */
export function symbolTerm(name: string): Polynomial {
  plainName.lastIndex = 0;
  const isPlain = plainName.exec(name)?.[0] === name;
  const text = isPlain ? name : quote(name);
  return ofAtom({ text, symbol: name, isNonNegative: !name.startsWith('?') });
}

/** A name in braces, as expressions write names that could be misread. */
export function quote(name: string): string {
  return `{${name.replace(/[{}\\]/g, '\\$&')}}`;
}

/**
 * Parses an expression as `print` writes it and replaces each symbol by `leaf(symbol)`; `null` if it is not an
 * expression.
 *
 *     sum    = ['-'] term { (' + ' | ' - ') term }        term   = factor { '*' factor }
 *     factor = number | name | '{name}' | ('floor' | 'trunc') '(' side '/' side ')' | ('min' | 'max') '(' sum { ', ' sum } ')'
 *     side   = term | '(' sum ')'
 */
export function read(text: string, leaf: (symbol: string) => Polynomial): Polynomial | null {
  let at = 0;
  const value = sum();
  return at === text.length ? value : null;

  function sum(): Polynomial | null {
    const isNegative = accept('-');
    const first = term();
    let total = first && (isNegative ? scale(first, -1) : first);
    while (total !== null) {
      const factor = accept(' + ') ? 1 : accept(' - ') ? -1 : 0;
      if (factor === 0) return total;
      const next = term();
      total = next && add(total, scale(next, factor));
    }
    return total;
  }

  function term(): Polynomial | null {
    let result = factor();
    while (result !== null && accept('*')) {
      const next = factor();
      result = next && multiply(result, next);
    }
    return result;
  }

  function factor(): Polynomial | null {
    if (accept('floor(')) return quotient(floorDivide);
    if (accept('trunc(')) return quotient(truncateDivide);
    if (accept('min(')) return list('min');
    if (accept('max(')) return list('max');
    const digits = match(number);
    if (digits !== null) return constant(Number(digits[0]));
    const plain = match(plainName);
    if (plain !== null) return leaf(plain[0]);
    const quoted = match(quotedName)?.[1];
    return quoted === undefined ? null : leaf(quoted.replace(/\\(.)/g, '$1'));
  }

  function quotient(divide: (a: Polynomial, b: Polynomial) => Polynomial | null): Polynomial | null {
    const a = side();
    const b = a && accept('/') ? side() : null;
    return a && b && accept(')') ? divide(a, b) : null;
  }

  function side(): Polynomial | null {
    if (!accept('(')) return term();
    const inner = sum();
    return accept(')') ? inner : null;
  }

  function list(kind: 'min' | 'max'): Polynomial | null {
    const all: Polynomial[] = [];
    do {
      const next = sum();
      if (next === null) return null;
      all.push(next);
    } while (accept(', '));
    return accept(')') ? extremum(kind, all) : null;
  }

  function accept(token: string): boolean {
    const isThere = text.startsWith(token, at);
    if (isThere) at += token.length;
    return isThere;
  }

  function match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  }
}
