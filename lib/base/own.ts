/**
 * What a record holds under a name that may come from outside: its own property, never what every object has from Object
 * ("constructor", "__proto__"). The linter lets nothing else read a record by a name that is not written in the code.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
