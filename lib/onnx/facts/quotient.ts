import {
  add,
  collect,
  constant,
  constantOf,
  divideExactly,
  isNonNegative,
  ofAtom,
  type Polynomial,
  print,
  scale,
  subtract,
} from './polynomial.js';

/** ⌊a/b⌋ in canonical form, or `null` for a division by zero. */
export function floorDivide(a: Polynomial, b: Polynomial): Polynomial | null {
  const divisor = constantOf(b);
  if (divisor === null)
    return divideExactly(a, b) ?? quotientAtom('floor', a, b, isNonNegative(a) && isNonNegative(b));
  if (divisor === 0) return null;
  const denominator = denominatorOf([...a.values(), { coefficient: divisor }]);
  if (denominator === null) return null;
  return floorByWhole(scale(a, Math.sign(divisor) * denominator), Math.abs(divisor) * denominator);
}

/**
 * ⌊a/n⌋ for whole coefficients and n > 0: whole multiples of n are taken out, the rest is reduced by common factors,
 * and nested floors are merged.
 */
function floorByWhole(a: Polynomial, n: number): Polynomial {
  const terms = [...a.values()];
  const whole = collect(
    terms.map(({ coefficient, atoms }) => ({ coefficient: Math.floor(coefficient / n), atoms })),
  );
  const rest = subtract(a, scale(whole, n));
  const symbolic = [...rest.values()].filter(({ atoms }) => atoms.length > 0);
  if (symbolic.length === 0) return whole;

  // ⌊(g·x + c)/(g·m)⌋ = ⌊(x + ⌊c/g⌋)/m⌋
  const g = symbolic.reduce((divisor, { coefficient }) => gcd(divisor, coefficient), n);
  const offset = Math.floor((rest.get('')?.coefficient ?? 0) / g);
  const reduced = add(scale(collect(symbolic), 1 / g), constant(offset));
  const divisor = n / g;
  if (divisor === 1) return add(whole, reduced);

  // ⌊(⌊x/m⌋ + c)/n⌋ = ⌊(x + m·c)/(m·n)⌋
  const [only, ...others] = symbolic;
  const inner = only?.atoms.length === 1 ? only.atoms[0]?.quotient : undefined;
  if (inner !== undefined && others.length === 0 && only?.coefficient === g) {
    const product = inner.divisor * divisor;
    if (Number.isSafeInteger(product))
      return add(whole, floorByWhole(add(inner.numerator, constant(inner.divisor * offset)), product));
  }
  const text = `floor(${operand(reduced)}/${divisor})`;
  const quotient = { numerator: reduced, divisor };
  return add(whole, ofAtom({ text, isNonNegative: isNonNegative(reduced), quotient }));
}

/** a/b rounded toward zero, as ONNX divides integers; `null` for a division by zero. */
export function truncateDivide(a: Polynomial, b: Polynomial): Polynomial | null {
  const [dividend, divisor] = [constantOf(a), constantOf(b)];
  if (divisor === 0) return null;
  if (dividend !== null && divisor !== null) return constant(Math.trunc(dividend / divisor));
  if (isNonNegative(a) && isNonNegative(b)) return floorDivide(a, b);
  return divideExactly(a, b) ?? quotientAtom('trunc', a, b, false);
}

function quotientAtom(name: string, a: Polynomial, b: Polynomial, nonNegative: boolean): Polynomial {
  return ofAtom({ text: `${name}(${operand(a)}/${operand(b)})`, isNonNegative: nonNegative });
}

function operand(p: Polynomial): string {
  const [only, ...others] = p.values();
  const isSimple = only !== undefined && others.length === 0 && only.coefficient > 0;
  return isSimple ? print(p) : `(${print(p)})`;
}

/** The smallest power of two that makes every coefficient whole, or `null` if none up to 2²⁰ does. */
function denominatorOf(terms: readonly { readonly coefficient: number }[]): number | null {
  for (let power = 1; power <= 2 ** 20; power *= 2)
    if (terms.every(({ coefficient }) => Number.isSafeInteger(coefficient * power))) return power;
  return null;
}

/** The minimum or maximum of several polynomials. */
export function extremum(kind: 'min' | 'max', all: readonly Polynomial[]): Polynomial {
  const left = all.filter((p, i) => !all.some((other, j) => j !== i && isOutdone(p, other, i > j)));
  const [first = constant(0), ...others] = left;
  if (others.length === 0) return first;
  const texts = [
    ...left
      .filter((p) => !isNumber(p))
      .map(print)
      .sort(),
    ...left.filter(isNumber).map(print),
  ];
  const nonNegative = kind === 'min' ? left.every(isNonNegative) : left.some(isNonNegative);
  return ofAtom({ text: `${kind}(${texts.join(', ')})`, isNonNegative: nonNegative });

  /** Whether `other` certainly makes `p` redundant; of two equal ones the first stays. */
  function isOutdone(p: Polynomial, other: Polynomial, isLater: boolean): boolean {
    const excess = kind === 'min' ? subtract(p, other) : subtract(other, p);
    return isNonNegative(excess) && (excess.size > 0 || isLater);
  }
}

function isNumber(p: Polynomial): boolean {
  return constantOf(p) !== null;
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}
