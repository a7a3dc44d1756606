import { OneirosError } from '../base/errors.js';

/**
 * What a label picture shows a class by: a whole number (a gray value as it is stored, or the index of a palette's color),
 * or a color such as `#80c000`.
 */
export type LabelValue = number | `#${string}`;

/** A class of pixels, and the value that label pictures show it by. */
export interface MaskClass {
  readonly name: string;
  readonly value: LabelValue;
}

/** More classes than labels of one byte can tell. */
export const maxClasses = 256;

/** Names for classes that have none, the background first. */
export function unnamed(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'background' : `class ${i}`));
}

/** The values that label pictures use where nothing else is said: of two classes 0 and 255, of more their numbers. */
export function usualValues(count: number): readonly number[] {
  return count === 2 ? [0, 255] : Array.from({ length: count }, (_, i) => i);
}

/** A label's value as one number: a color as 0xrrggbb. */
export function numberOf(value: LabelValue): number {
  return typeof value === 'number' ? value : parseInt(value.slice(1), 16);
}

/** A color of 0xrrggbb as text. */
export function colorText(color: number): `#${string}` {
  return `#${color.toString(16).padStart(6, '0')}`;
}

/** Whether classes are told apart by numbers or by colors. */
export function kindOf(classes: readonly MaskClass[]): 'number' | 'color' {
  return typeof classes[0]?.value === 'string' ? 'color' : 'number';
}

/** Classes and their values, for people to read. */
export function describeClasses(classes: readonly MaskClass[]): string {
  return classes.map(({ name, value }) => `${name} ${value}`).join(', ');
}

/**
 * Checks that classes can be told apart: two or more, each with a value of its own, all numbers or all colors.
 * @throws OneirosError `bad-argument` if they cannot
 */
export function checkClasses(classes: readonly MaskClass[]): void {
  if (classes.length < 2 || classes.length > maxClasses)
    throw badClasses(`there must be two classes at least, and ${maxClasses} at the most`);
  const values = new Map<number, string>();
  for (const { name, value } of classes) {
    const given: unknown = value;
    if (!isLabelValue(given))
      throw badClasses(
        `${name} has the value ${String(given)}: it must be 0 to 65535, or a color such as #80c000`,
      );
    if ((typeof value === 'string') !== (kindOf(classes) === 'color'))
      throw badClasses(`some have numbers and some have colors: ${describeClasses(classes)}`);
    const other = values.get(numberOf(value));
    if (other !== undefined) throw badClasses(`${other} and ${name} have the same value ${value}`);
    values.set(numberOf(value), name);
  }
}

export function isLabelValue(value: unknown): value is LabelValue {
  if (typeof value === 'string') return /^#[0-9a-f]{6}$/i.test(value);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535;
}

function badClasses(detail: string): OneirosError {
  return new OneirosError('bad-argument', `the classes cannot be told apart: ${detail}`);
}
