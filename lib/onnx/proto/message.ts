import type { Schema } from './schema.js';

/**
 * What is left of a message without the fields that the IR models, or `undefined` if that is nothing: fields that this
 * library has no use for, and those it does not even know, so that they survive being read and written.
 */
export function remainder<T extends object>(
  schema: Schema<T>,
  message: T,
  modelled: readonly (keyof T)[],
): T | undefined {
  const skipped: ReadonlySet<PropertyKey> = new Set(modelled);
  const rest = Object.entries(message).filter(
    ([name, value]) => !skipped.has(name) && !(Array.isArray(value) && value.length === 0),
  );
  return rest.length === 0 ? undefined : Object.assign(schema.create(), Object.fromEntries(rest));
}
