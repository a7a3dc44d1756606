/**
 * A record's own property of a name that may come from outside, never one that is inherited from Object ("constructor",
 * "__proto__"). The linter forbids every other way to read a record by a computed name.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
