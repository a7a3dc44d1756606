import { OneirosError } from './errors.js';
import { isRecord, type Kind } from './kinds/kind.js';
import { expectedOf, type Option } from './option-table.js';
import { own } from './own.js';
import { unknownOption } from './unknown-option.js';

export { isRecord, type Kind };

/**
 * The kind of every option of an interface; forgetting one is a compile error. The entries of an `OptionTable` can be
 * used as kinds directly.
 */
export type OptionKinds<O> = {
  readonly [K in keyof Required<O>]: undefined extends O[K]
    ? Kind | Option
    : Kind & { readonly required: true };
};

type Arguments = Readonly<Record<string, readonly [value: unknown, kind: Kind]>>;
type Known = Readonly<Record<string, Kind | Option>>;

/**
 * Checks the arguments of a public function: plain JavaScript callers have no compiler to check them.
 *
 *     check('dream', { network: [network, kind.network], photograph: [photograph, kind.image] }, options, dreamKinds);
 *
 * @param what the function's name, for the message
 * @param known the kinds of all options
 * @throws OneirosError `bad-argument` with the argument or option, what was expected and what was given; for an unknown
 *   option, with the most similar names
 */
export function check(what: string, given: Arguments, options?: unknown, known: Known = {}): void {
  checkNames(what, options, known);
  for (const [name, [value, { fits, expected }]] of Object.entries(given))
    if (!fits(value)) throw argumentError(`${what}: ${name}`, expected, value);
  checkOptions(what, options, known);
}

function checkNames(what: string, options: unknown, known: Known): void {
  if (!isRecord(options)) return;
  for (const [name, value] of Object.entries(options))
    // An undefined option counts as omitted, so that options can be passed on to functions that know fewer.
    if (value !== undefined && !Object.hasOwn(known, name))
      throw unknownOption(what, name, Object.keys(known));
}

function checkOptions(what: string, options: unknown, known: Known): void {
  if (options !== undefined && !isRecord(options))
    throw argumentError(`${what}: options`, 'an object', options);
  const values: Readonly<Record<string, unknown>> = options ?? {};
  for (const [name, value] of Object.entries(values)) {
    const kind = own(known, name);
    if (kind === undefined || value === undefined) continue;
    const expected = 'fits' in kind ? (kind.fits(value) ? null : kind.expected) : expectedOf(kind, value);
    if (expected !== null) throw argumentError(`${what}: ${name}`, expected, value);
  }
  for (const [name, kind] of Object.entries(known))
    if ('fits' in kind && kind.required === true && own(values, name) === undefined)
      throw argumentError(`${what}: ${name}`, kind.expected, undefined);
}

/** The options that one function knows, for a caller that passes its options on to several functions. */
export function optionsFor<O extends object>(
  known: OptionKinds<O>,
  options: Readonly<Record<string, unknown>> | O,
): O {
  const entries: [string, unknown][] = Object.entries(options).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(known, name),
  );
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- `check` compared the options with these kinds
  return Object.fromEntries(entries) as O;
}

/** The same kind, for a required option. */
export function required(kind: Kind): Kind & { readonly required: true } {
  return { ...kind, required: true };
}

/** The kind of an option that is itself an object of options. */
export function optionsOf(known: Known): Kind {
  const names = Object.keys(known).join(', ');
  return {
    expected: `an object with any of ${names}`,
    fits: (value) =>
      isRecord(value) && Object.entries(value).every(([name, each]) => fitsOption(own(known, name), each)),
  };
}

function fitsOption(kind: Kind | Option | undefined, value: unknown): boolean {
  if (kind === undefined) return false;
  return value === undefined || ('fits' in kind ? kind.fits(value) : expectedOf(kind, value) === null);
}

function argumentError(what: string, expected: string, value: unknown): OneirosError {
  return new OneirosError('bad-argument', `${what} must be ${expected}, not ${describeValue(value)}`);
}

/** A value in a few words, for error messages: `an array of 3`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'function':
      return 'a function';
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (value instanceof Promise) return 'a promise: await it';
      const maker: unknown = Reflect.get(value, 'constructor');
      const name = typeof maker === 'function' ? maker.name : '';
      const keys = Object.keys(value);
      if (name !== '' && name !== 'Object') return `of the type ${name}`;
      return keys.length === 0 ? 'an empty object' : `an object of ${keys.slice(0, 6).join(', ')}`;
    }
    default:
      return String(value);
  }
}
