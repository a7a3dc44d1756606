import { OneirosError } from '../base/errors.js';
import { parseJson } from '../base/json.js';
import {
  checkClasses,
  isLabelValue,
  type LabelValue,
  type MaskClass,
  maxClasses,
  unnamed,
} from './classes.js';

// Classes as text: on command lines and in label pictures.

/** A class as a user declares it, with or without a value. */
export interface NamedClass {
  readonly name: string;
  readonly value: LabelValue | null;
}

const forms =
  'Give names, the background first (sky,tree); names with values (sky=255,tree=0 or sky=#80c0ff,tree=#008000); the number of classes with the values 0, 1, 2 and so on (21); or JSON (["sky", "tree, bush"] or [{"name": "sky", "value": 255}, …]).';

/**
 * Parses classes: `21`, `sky,tree`, `sky=255,tree=0`, `sky=#80c0ff,tree=#008000`, or JSON, which names with commas
 * need.
 * @throws OneirosError `bad-argument` for other text, a repeated name, or more than 256 classes
 */
export function parseClasses(text: string): readonly NamedClass[] {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return countedClasses(Number(trimmed));
  const classes = trimmed.startsWith('[') ? parsedJson(trimmed) : trimmed.split(',').map(parseClass);
  const valued = classes.filter(({ value }) => value !== null);
  if (classes.some(({ name }) => name === '') || (valued.length > 0 && valued.length < classes.length))
    throw malformedClasses(text);
  const twice = classes.find(({ name }, i) => classes.findIndex((each) => each.name === name) < i);
  if (twice === undefined) return classes;
  throw new OneirosError('bad-argument', `two classes have the name ${JSON.stringify(twice.name)}`);
}

/** `count` classes with default names, whose values are their indices. */
function countedClasses(count: number): readonly MaskClass[] {
  if (count > maxClasses)
    throw new OneirosError('bad-argument', `${count} classes are too many: the limit is ${maxClasses}`);
  return unnamed(count).map((name, value) => ({ name, value }));
}

/** Classes with values: a missing value becomes the index of its class. Throws as `checkClasses`. */
export function withValues(classes: readonly NamedClass[]): readonly MaskClass[] {
  const valued = classes.map(({ name, value }, i) => ({ name, value: value ?? i }));
  checkClasses(valued);
  return valued;
}

/** Parses a value. @throws OneirosError `bad-argument` if it is not 0 to 65535 or a color such as #80c000 */
export function parseValue(text: string): LabelValue {
  const value = valueOf(text.trim());
  if (value !== null) return value;
  throw new OneirosError(
    'bad-argument',
    `${JSON.stringify(text)} is not a label value: expected 0 to 65535, or a color such as #80c000`,
  );
}

function parseClass(text: string): NamedClass {
  const [, name, value] = /^(.*)=([^=]*)$/.exec(text.trim()) ?? [];
  const known = value === undefined ? null : valueOf(value.trim());
  return name === undefined || known === null
    ? { name: text.trim(), value: null }
    : { name: name.trim(), value: known };
}

function valueOf(text: string): LabelValue | null {
  const value: unknown = /^\d{1,5}$/.test(text) ? Number(text) : text.toLowerCase();
  return isLabelValue(value) ? value : null;
}

function parsedJson(text: string): readonly NamedClass[] {
  const list = parseJson(text);
  const classes = Array.isArray(list) ? list.map(namedClass) : [];
  const named = classes.filter((each) => each !== null);
  if (named.length === 0 || named.length < classes.length) throw malformedClasses(text);
  return named;
}

function malformedClasses(text: string): OneirosError {
  return new OneirosError('bad-argument', `${JSON.stringify(text)} does not name classes. ${forms}`);
}

function namedClass(item: unknown): NamedClass | null {
  if (typeof item === 'string') return { name: item, value: null };
  if (typeof item !== 'object' || item === null || !('name' in item) || typeof item.name !== 'string')
    return null;
  if (!('value' in item)) return { name: item.name, value: null };
  const value = typeof item.value === 'string' ? item.value.toLowerCase() : item.value;
  return isLabelValue(value) ? { name: item.name, value } : null;
}

/** Classes and their values as JSON. */
export function formatClasses(classes: readonly MaskClass[]): string {
  return JSON.stringify(classes.map(({ name, value }) => ({ name, value })));
}

/** Parses the output of `formatClasses`; `null` for other text. */
export function storedClasses(text: string | undefined): readonly MaskClass[] | null {
  const list = text === undefined ? undefined : parseJson(text);
  const classes = Array.isArray(list) ? list.map(namedClass) : [];
  const whole = classes.flatMap((each): MaskClass[] =>
    each === null || each.value === null ? [] : [{ name: each.name, value: each.value }],
  );
  return whole.length > 0 && whole.length === classes.length ? whole : null;
}
