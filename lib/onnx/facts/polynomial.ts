/**
 * One indivisible factor of a symbolic size: a symbol, or a function that does not simplify, such as `floor(h/2)`.
 * Its value is an integer.
 */
export interface Atom {
  /** How it is written inside an expression; equal texts mean equal values. */
  readonly text: string;
  /** The symbol's name, if it is one. */
  readonly symbol?: string;
  /** Whether it is certainly ≥ 0. */
  readonly isNonNegative: boolean;
  /** Set if it is `floor(numerator/divisor)` with a positive whole divisor. */
  readonly quotient?: { readonly numerator: Polynomial; readonly divisor: number };
}

export interface Term {
  readonly coefficient: number;
  /** Sorted by text; a power is a repetition. */
  readonly atoms: readonly Atom[];
}

/**
 * A sum of terms by the text of their atoms (`''` for the constant): the normal form in which symbolic sizes are
 * compared. Coefficients are whole, or fractions of a power of two (exact in floating point).
 */
export type Polynomial = ReadonlyMap<string, Term>;

/** Expressions with more terms are of no use and count as unknown. */
const maxTerms = 48;

export function collect(terms: Iterable<Term>): Polynomial {
  const sums = new Map<string, Term>();
  for (const { coefficient, atoms } of terms) {
    const key = productText(atoms);
    const sum = (sums.get(key)?.coefficient ?? 0) + coefficient;
    if (sum === 0) sums.delete(key);
    else sums.set(key, { coefficient: sum, atoms });
  }
  return sums;
}

export function constant(value: number): Polynomial {
  return collect([{ coefficient: value, atoms: [] }]);
}

export function ofAtom(atom: Atom): Polynomial {
  return collect([{ coefficient: 1, atoms: [atom] }]);
}

/** The value of a polynomial without symbols; `null` if it has symbols. */
export function constantOf(p: Polynomial): number | null {
  if (p.size === 0) return 0;
  return p.size === 1 ? (p.get('')?.coefficient ?? null) : null;
}

export function add(a: Polynomial, b: Polynomial): Polynomial {
  return collect([...a.values(), ...b.values()]);
}

export function scale(p: Polynomial, factor: number): Polynomial {
  return collect(
    [...p.values()].map(({ coefficient, atoms }) => ({ coefficient: coefficient * factor, atoms })),
  );
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, scale(b, -1));
}

/** `null` if the product would have too many terms. */
export function multiply(a: Polynomial, b: Polynomial): Polynomial | null {
  if (a.size * b.size > maxTerms) return null;
  return collect(
    [...a.values()].flatMap((x) =>
      [...b.values()].map((y) => ({
        coefficient: x.coefficient * y.coefficient,
        atoms: [...x.atoms, ...y.atoms].sort(byText),
      })),
    ),
  );
}

/** `q` with `a = q · b`, if long division finds one with whole coefficients; otherwise `null`. */
export function divideExactly(a: Polynomial, b: Polynomial): Polynomial | null {
  const divisor = leadingTerm(b);
  if (divisor === undefined) return null;
  let quotient: Polynomial = constant(0);
  let rest = a;
  for (let step = 0; step < maxTerms; step++) {
    const term = leadingTerm(rest);
    if (term === undefined) return quotient;
    const atoms = without(term.atoms, divisor.atoms);
    const coefficient = term.coefficient / divisor.coefficient;
    if (atoms === null || !Number.isInteger(coefficient)) return null;
    const part = collect([{ coefficient, atoms }]);
    const taken = multiply(part, b);
    if (taken === null) return null;
    quotient = add(quotient, part);
    rest = subtract(rest, taken);
  }
  return null;
}

function leadingTerm(p: Polynomial): Term | undefined {
  let leading: Term | undefined;
  for (const term of p.values()) if (leading === undefined || compareTerms(term, leading) < 0) leading = term;
  return leading;
}

/** `atoms` without those of `removed`, or `null` if any of these is missing. */
function without(atoms: readonly Atom[], removed: readonly Atom[]): Atom[] | null {
  const rest = [...atoms];
  for (const { text } of removed) {
    const at = rest.findIndex((atom) => atom.text === text);
    if (at < 0) return null;
    rest.splice(at, 1);
  }
  return rest;
}

/** Whether it is certainly ≥ 0, which is known only for sums of terms that are. */
export function isNonNegative(p: Polynomial): boolean {
  return [...p.values()].every(
    ({ coefficient, atoms }) => coefficient >= 0 && atoms.every((atom) => atom.isNonNegative),
  );
}

/** The canonical text: terms of the highest degree first, then by name, the constant last. */
export function print(p: Polynomial): string {
  const terms = [...p.values()].sort(compareTerms);
  return terms.map((term, i) => `${sign(term.coefficient, i === 0)}${printMagnitude(term)}`).join('') || '0';
}

function sign(coefficient: number, isFirst: boolean): string {
  if (isFirst) return coefficient < 0 ? '-' : '';
  return coefficient < 0 ? ' - ' : ' + ';
}

function printMagnitude({ coefficient, atoms }: Term): string {
  const magnitude = Math.abs(coefficient);
  if (atoms.length === 0) return String(magnitude);
  return magnitude === 1 ? productText(atoms) : `${magnitude}*${productText(atoms)}`;
}

function productText(atoms: readonly Atom[]): string {
  return atoms.map(({ text }) => text).join('*');
}

function compareTerms(a: Term, b: Term): number {
  if (a.atoms.length !== b.atoms.length) return b.atoms.length - a.atoms.length;
  for (const [i, atom] of a.atoms.entries()) {
    const order = byText(atom, b.atoms[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

function byText(a: { readonly text: string }, b: { readonly text: string }): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}
