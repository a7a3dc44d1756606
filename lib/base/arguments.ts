import { nearest, OneirosError } from './errors.js';
import { isRecord, type Kind } from './kinds/kind.js';
import { type Option } from './options.js';
import { expectedOf } from './options.js';
import { own } from './own.js';

export { isRecord, type Kind };

/**
 * Every option of an interface, with what it may be; the compiler misses one that is forgotten. Options in numbers and words
 * (`OptionTable`) are kinds as they stand there.
 */
export type OptionKinds<O> = {
  readonly [K in keyof Required<O>]: undefined extends O[K]
    ? Kind | Option
    : Kind & { readonly required: true };
};

type Arguments = Readonly<Record<string, readonly [value: unknown, kind: Kind]>>;
type Known = Readonly<Record<string, Kind | Option>>;

/**
 * Checks what a public function was called with, which the compiler has not seen in plain JavaScript.
 *
 *     check('dream', { network: [network, kind.network], photograph: [photograph, kind.image] }, options, dreamKinds);
 *
 * @param what the function's name, for the message
 * @param known every option there is
 * @throws OneirosError `bad-argument` that names the argument or option, what it must be and what it is; for an option of
 *   an unknown name, the near ones
 */
export function check(what: string, given: Arguments, options?: unknown, known: Known = {}): void {
  checkNames(what, options, known);
  for (const [name, [value, { fits, expected }]] of Object.entries(given))
    if (!fits(value)) throw unfit(`${what}: ${name}`, expected, value);
  checkOptions(what, options, known);
}

function checkNames(what: string, options: unknown, known: Known): void {
  if (!isRecord(options)) return;
  for (const [name, value] of Object.entries(options))
    // What is undefined is not given, so that options can be passed on to functions that know fewer.
    if (value !== undefined && !Object.hasOwn(known, name)) throw unknownOption(what, name, known);
}

function checkOptions(what: string, options: unknown, known: Known): void {
  if (options !== undefined && !isRecord(options)) throw unfit(`${what}: options`, 'an object', options);
  const values: Readonly<Record<string, unknown>> = options ?? {};
  for (const [name, value] of Object.entries(values)) {
    const kind = own(known, name);
    if (kind === undefined || value === undefined) continue;
    const expected = 'fits' in kind ? (kind.fits(value) ? null : kind.expected) : expectedOf(kind, value);
    if (expected !== null) throw unfit(`${what}: ${name}`, expected, value);
  }
  for (const [name, kind] of Object.entries(known))
    if ('fits' in kind && kind.required === true && own(values, name) === undefined)
      throw unfit(`${what}: ${name}`, kind.expected, undefined);
}

/** Those of some options that a function knows, for one that passes on what it was given for several. */
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

/** The same kind, of an option that may not be left out. */
export function required(kind: Kind): Kind & { readonly required: true } {
  return { ...kind, required: true };
}

/** The kind of an option that is an object of options itself. */
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

function unknownOption(what: string, name: string, known: Known): OneirosError {
  const names = Object.keys(known);
  const near = names.length === 0 ? 'it takes none' : `near names: ${nearest(name, names).join(', ')}`;
  return new OneirosError('bad-argument', `${what} has no option "${name}"; ${near}`);
}

function unfit(what: string, expected: string, value: unknown): OneirosError {
  return new OneirosError('bad-argument', `${what} must be ${expected}, not ${describeValue(value)}`);
}

/** A value of any kind, in a few words. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'left out';
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
