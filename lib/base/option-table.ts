import { OneirosError } from './errors.js';

/** A number with its range, ends included; `integer` allows integers only. */
export interface NumberOption {
  readonly kind: 'number';
  readonly default: number;
  readonly about: string;
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
  /** The usual values, as the ends of a slider; values beyond them can still be typed. @default from min to max */
  readonly usual?: readonly [number, number];
}
/** One of a few words. */
export interface ChoiceOption<T extends string = string> {
  readonly kind: 'choice';
  readonly default: T;
  readonly about: string;
  readonly choices: readonly T[];
}
export interface FlagOption {
  readonly kind: 'flag';
  readonly default: boolean;
  readonly about: string;
}
export type Option = NumberOption | ChoiceOption | FlagOption;

/**
 * The options of a task, each with its default, meaning and range. The API takes defaults and checks from the table,
 * the command line its flags and help, the studio its sliders.
 */
export type OptionTable = Readonly<Record<string, Option>>;

/** The values that a table's options take. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends ChoiceOption<infer C>
    ? C
    : T[K] extends FlagOption
      ? boolean
      : number;
};

export function number(
  value: number,
  about: string,
  range: Omit<NumberOption, 'kind' | 'default' | 'about'> = {},
): NumberOption {
  return { kind: 'number', default: value, about, ...range };
}

/** The limit of counts without a limit of their own: a larger number is a typing error. */
const maxCount = 1_000_000;

/** An integer from `min` to a million. */
export function count(
  value: number,
  about: string,
  min = 1,
  usual?: readonly [number, number],
): NumberOption {
  return {
    kind: 'number',
    default: value,
    about,
    min,
    max: maxCount,
    integer: true,
    ...(usual && { usual }),
  };
}

/** The seed of random numbers: any safe integer. It has no range, so no slider. */
export function seed(value: number, about: string): NumberOption {
  return number(value, about, { integer: true });
}

export function choice<const T extends string>(
  choices: readonly T[],
  value: NoInfer<T>,
  about: string,
): ChoiceOption<T> {
  return { kind: 'choice', default: value, about, choices };
}

export function flag(value: boolean, about: string): FlagOption {
  return { kind: 'flag', default: value, about };
}

/** A function's options by a table: each is optional; omitted ones take their defaults. */
export type Given<T extends OptionTable> = {
  readonly [K in keyof OptionValues<T>]?: OptionValues<T>[K] | undefined;
};

/**
 * The given options, with defaults for the others. Options that are not in the table are dropped.
 * @throws OneirosError `bad-argument` for a value out of range
 */
export function resolveOptions<T extends OptionTable>(table: T, given: Given<T>): OptionValues<T> {
  return checkedOptions(table, given);
}

/**
 * As `resolveOptions`, for values of unknown types, such as those of a form.
 * @throws OneirosError `bad-argument` for a value of the wrong type or out of range
 */
export function checkedOptions<T extends OptionTable>(table: T, given: object): OptionValues<T> {
  const values = new Map<string, unknown>(Object.entries(given));
  const entries = Object.entries(table).map(([name, option]): [string, unknown] => {
    const value = values.get(name) ?? option.default;
    checkOption(name, option, value);
    return [name, value];
  });
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- each value was checked against its own option
  return Object.fromEntries<unknown>(entries) as OptionValues<T>;
}

function checkOption(name: string, option: Option, value: unknown): void {
  const expected = expectedOf(option, value);
  if (expected !== null)
    throw new OneirosError('bad-argument', `${name} must be ${expected}, not ${String(value)}`);
}

/** Options with their defaults filled in. An option that is `undefined` takes its default. */
export type WithDefaults<D, G> = {
  readonly [K in keyof D | keyof G]: K extends keyof D
    ? K extends keyof G
      ? D[K] | Exclude<G[K], undefined>
      : D[K]
    : K extends keyof G
      ? G[K]
      : never;
};

export function withDefaults<D extends object, G extends object>(defaults: D, given: G): WithDefaults<D, G> {
  const values = Object.entries(given).filter(([, value]) => value !== undefined);
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- a spread has the fields of both; TypeScript cannot see that none is undefined
  return { ...defaults, ...Object.fromEntries<unknown>(values) } as WithDefaults<D, G>;
}

/** What is expected instead of a value; `null` if the value is valid. */
export function expectedOf(option: Option, value: unknown): string | null {
  switch (option.kind) {
    case 'flag':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'choice':
      return option.choices.some((word) => word === value) ? null : `one of ${option.choices.join(', ')}`;
    case 'number': {
      const { min = -Infinity, max = Infinity, integer = false } = option;
      const fits =
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value >= min &&
        value <= max &&
        (!integer || Number.isSafeInteger(value));
      return fits ? null : `a ${integer ? 'whole ' : ''}number${rangeText(min, max)}`;
    }
  }
}

function rangeText(min: number, max: number): string {
  if (max === Infinity) return min === -Infinity ? '' : ` of at least ${min}`;
  return min === -Infinity ? ` of at most ${max}` : ` from ${min} to ${max}`;
}
