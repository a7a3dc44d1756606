import { type BaseIssue, type GenericSchema, getDotPath, type InferOutput, safeParse } from 'valibot';

import { describeValue } from './check-arguments.js';
import type { OneirosError } from './errors.js';
import { parseJson } from './json.js';

// Valibot schemas check JSON from outside. A message in a schema completes "expected …": `v.string('text')`. Do not use
// valibot's `record` for names from outside: it drops a key named "constructor".

/**
 * A JSON value that conforms to a schema.
 * @param malformed makes the error; its detail completes a sentence that begins with the value's name:
 *   `has 3 as its title: expected text`
 */
export function conforming<S extends GenericSchema>(
  schema: S,
  value: unknown,
  malformed: (detail: string) => OneirosError,
): InferOutput<S> {
  const { success, output, issues } = safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  throw malformed(detailOf(issues[0]));
}

/** The value of JSON text; `null` if it does not conform: for files that this library wrote and can do without. */
export function readJson<S extends GenericSchema>(schema: S, text: string): InferOutput<S> | null {
  const { success, output } = safeParse(schema, parseJson(text));
  return success ? output : null;
}

function detailOf(issue: BaseIssue<unknown>): string {
  const { input, expected, received, message } = issue;
  const path = getDotPath(issue);
  if (path === null)
    return `is ${describeValue(input)}: expected ${expected === 'Object' ? 'an object' : message}`;
  if (expected === 'never') return `has an unknown field ${received}`;
  if (input === undefined) return `has no ${path}`;
  return `has ${describeValue(input)} as its ${path}: expected ${expected === 'Object' ? 'an object' : message}`;
}
