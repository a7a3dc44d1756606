import { stringify } from 'lossless-json';

import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { type Id, wholeId } from '../detection/ids.js';

// Checked by hand, not by a schema: files have millions of records, and their numbers may be bigints.

/** An object of a JSON file, whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws OneirosError `bad-input` if the value is not an object */
export function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new OneirosError('bad-input', `it is ${preview(value)}: expected an object`);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The id of an image, a category or an annotation: a whole number or text. */
export function idField(fields: Fields, name: string): Id {
  const value = own(fields, name);
  if (typeof value === 'bigint') return wholeId(value);
  if (typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw unexpected(
    fields,
    name,
    Number.isInteger(value)
      ? 'a whole number within ±2^53, where numbers are exact, or a bigint'
      : 'a whole number or text',
  );
}

export function numberField(fields: Fields, name: string): number {
  const value = own(fields, name);
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw unexpected(fields, name, 'a number');
}

/** A number that may be missing. */
export function optionalNumber(fields: Fields, name: string): number | undefined {
  return own(fields, name) === undefined || own(fields, name) === null
    ? undefined
    : numberField(fields, name);
}

/** 0, 1, false, true, or missing, which is false. */
export function flagField(fields: Fields, name: string): boolean {
  const value = own(fields, name) ?? 0;
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw unexpected(fields, name, '0 or 1');
}

export function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

/** The error for a field that is missing or of another type. */
export function unexpected(fields: Fields, name: string, expected: string): OneirosError {
  const found = own(fields, name) === undefined ? 'is missing' : `is ${preview(own(fields, name))}`;
  return new OneirosError('bad-input', `"${name}" ${found}: expected ${expected}`);
}

function preview(value: unknown): string {
  const text = textOf(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return String(value); // JSON would write NaN as null
    case 'object':
    case 'string':
    case 'boolean':
    case 'bigint':
      return stringify(value) ?? '';
    default:
      return `of type ${typeof value}`;
  }
}
