/** What an argument or an option may be. */
export interface Kind {
  /** As it stands in "… must be …": `a picture, as readImage gives it`. */
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** Whether it may not be left out, of options. @default false */
  readonly required?: boolean;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Promise);
}
