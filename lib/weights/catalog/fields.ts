import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { quoted } from '../weights.js';

/** An object of the catalog, none of whose fields can be trusted yet, and what to call it in errors. */
export interface Fields {
  readonly what: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** @throws OneirosError `bad-input` for anything but an object, or for a field that is none of `known` */
export function fieldsOf(what: string, value: unknown, known: readonly string[]): Fields {
  if (!isRecord(value)) throw malformed(what, 'is no object');
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw malformed(what, `has a field ${quoted(unknown)} that is not known here`);
  return { what, values: value };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of one line, by default not empty; `pattern` is what it has to look like. */
export function text({ what, values }: Fields, name: string, pattern = /^[^\p{Cc}]+$/u): string {
  const value = own(values, name);
  if (typeof value === 'string' && value.length <= 2000 && pattern.test(value)) return value;
  throw malformed(what, `has ${shown(value)} as its ${name}`);
}

/** One word of a few. */
export function word<const T extends string>(fields: Fields, name: string, words: readonly T[]): T {
  const value = own(fields.values, name);
  const found = words.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw malformed(fields.what, `has ${shown(value)} as its ${name}: expected one of ${words.join(', ')}`);
}

export function flag({ what, values }: Fields, name: string): boolean {
  const value = own(values, name);
  if (typeof value === 'boolean') return value;
  throw malformed(what, `has ${shown(value)} as its ${name}: expected true or false`);
}

/** A whole number from 1 to `largest`. */
export function count({ what, values }: Fields, name: string, largest: number): number {
  const value = own(values, name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= largest)
    return value;
  throw malformed(what, `has ${shown(value)} as its ${name}: expected a whole number from 1 to ${largest}`);
}

export function texts({ what, values }: Fields, name: string): readonly string[] {
  const value = own(values, name);
  if (Array.isArray(value) && value.length <= 1000 && value.every(isName)) return value;
  throw malformed(what, `has ${shown(value)} as its ${name}: expected a list of names`);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 2000 && !/\p{Cc}/u.test(value);
}

export function malformed(what: string, detail: string): OneirosError {
  return new OneirosError('bad-input', `the catalog is malformed: ${what} ${detail}`);
}

export function shown(value: unknown): string {
  return value === undefined ? 'nothing' : quoted(JSON.stringify(value));
}
