import { OneirosError } from '../base/errors.js';

/**
 * The value that stands for a class in a label picture: an integer from 0 to 65535 (a stored gray value or a palette
 * index), or a color such as `#80c000`.
 */
export type LabelValue = number | `#${string}`;

/** A class of pixels and its value in label pictures. */
export interface MaskClass {
  readonly name: string;
  readonly value: LabelValue;
}

/** The maximum number of classes: labels have one byte. */
export const maxClasses = 256;

/** Default names of classes, the background first. */
export function unnamed(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'background' : `class ${i}`));
}

/** The default values of classes in label pictures: 0 and 255 for two classes, else the indices. */
export function usualValues(count: number): readonly number[] {
  return count === 2 ? [0, 255] : Array.from({ length: count }, (_, i) => i);
}

/** A label's value as a number; a color as 0xrrggbb. */
export function numberOf(value: LabelValue): number {
  return typeof value === 'number' ? value : parseInt(value.slice(1), 16);
}

/** The color 0xrrggbb as text. */
export function colorText(color: number): `#${string}` {
  return `#${color.toString(16).padStart(6, '0')}`;
}

/** Whether the values of classes are numbers or colors. */
export function kindOf(classes: readonly MaskClass[]): 'number' | 'color' {
  return typeof classes[0]?.value === 'string' ? 'color' : 'number';
}

/** Classes and their values, for messages. */
export function describeClasses(classes: readonly MaskClass[]): string {
  return classes.map(({ name, value }) => `${name} ${value}`).join(', ');
}

/**
 * Checks that there are 2 to 256 classes with different values, all numbers or all colors.
 * @throws OneirosError `bad-argument` if not
 */
export function checkClasses(classes: readonly MaskClass[]): void {
  if (classes.length < 2 || classes.length > maxClasses)
    throw badClasses(`expected 2 to ${maxClasses} classes, not ${classes.length}`);
  const values = new Map<number, string>();
  for (const { name, value } of classes) {
    const given: unknown = value;
    if (!isLabelValue(given))
      throw badClasses(
        `the value of ${name} must be 0 to 65535, or a color such as #80c000, not ${String(given)}`,
      );
    if ((typeof value === 'string') !== (kindOf(classes) === 'color'))
      throw badClasses(`some values are numbers and some are colors: ${describeClasses(classes)}`);
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
  return new OneirosError('bad-argument', `the classes are invalid: ${detail}`);
}
