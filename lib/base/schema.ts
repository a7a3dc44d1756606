import { type BaseIssue, type GenericSchema, getDotPath, type InferOutput, safeParse } from 'valibot';

import { describeValue } from './arguments.js';
import type { OneirosError } from './errors.js';
import { parseJson } from './json.js';

// JSON from outside is checked by valibot's schemas. The messages in a schema are what it expects, as it stands in "expected …":
// `v.string('text')`. Names from outside need another way: valibot's `record` leaves out a key that is called "constructor".

/**
 * A value of JSON as its schema says it is.
 * @param malformed makes the error of what goes behind the value's name: `has 3 as its title: expected text`
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

/** What JSON text says, if it is as the schema says; else `null`: for what this library wrote itself, and can do without. */
export function readJson<S extends GenericSchema>(schema: S, text: string): InferOutput<S> | null {
  const { success, output } = safeParse(schema, parseJson(text));
  return success ? output : null;
}

function detailOf(issue: BaseIssue<unknown>): string {
  const { input, expected, received, message } = issue;
  const path = getDotPath(issue);
  if (path === null)
    return `is ${describeValue(input)}: expected ${expected === 'Object' ? 'an object' : message}`;
  if (expected === 'never') return `has a field ${received} that is not known here`;
  if (input === undefined) return `has no ${path}`;
  return `has ${describeValue(input)} as its ${path}: expected ${expected === 'Object' ? 'an object' : message}`;
}
