/** The type of an argument or an option, tested at run time. */
export interface Kind {
  /** Completes "… must be …": `a picture, as readImage returns it`. */
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** Whether an option of this kind is required. @default false */
  readonly required?: boolean;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Promise);
}
