import { readFileSync } from 'node:fs';

/** A parsed golden file of this folder, written by scripts/reference/metrics.py. */
export function golden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));
}

/** The objects of a golden file that is an array of them. */
export function cases(name: string): readonly Readonly<Record<string, unknown>>[] {
  const value = golden(name);
  if (!Array.isArray(value) || !value.every(isObject))
    throw new Error(`${name}.json is not an array of objects`);
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function numbers(value: unknown): number[] {
  if (!Array.isArray(value)) throw new Error('expected an array of numbers');
  return value.map(Number);
}
