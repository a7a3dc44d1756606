import { check, type OptionKinds } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { type NamedClass, withValues } from './class-text.js';
import {
  describeClasses,
  kindOf,
  type LabelValue,
  type MaskClass,
  maxClasses,
  numberOf,
  unnamed,
} from './classes.js';
import type { LabelData } from './label-picture.js';
import { describeValues, type LabelSurvey, labelValue } from './survey.js';

/** What the values of masks mean. */
export interface LabelScheme {
  /** The background first. */
  readonly classes: readonly MaskClass[];
  /** The value of pixels that do not count, such as the borders of PASCAL VOC's objects; `null` if all count. */
  readonly ignore: LabelValue | null;
}

/** What somebody says that the values mean. */
export interface DeclaredClasses {
  /** @default as the masks say; else the values that they have, in ascending order */
  readonly classes?: readonly NamedClass[] | undefined;
  /** @default 255 where three or more classes are declared and it is none of them */
  readonly ignore?: LabelValue | undefined;
}

/** The label of a pixel that does not count. */
export const ignoredLabel = 255;

/** More values than these are not taken for classes unless somebody says so. */
const maxUndeclared = 32;

/**
 * What the values of a set of masks mean, as declared or else as they look.
 * @throws OneirosError `bad-input` where values have no class, or where it is not plain which of them are classes;
 *   `bad-argument` for classes that cannot be told apart
 */
const declaredKinds: OptionKinds<DeclaredClasses> = { classes: kind.objects, ignore: kind.labelValue };

export function schemeOf(survey: LabelSurvey, declared: DeclaredClasses = {}): LabelScheme {
  check('schemeOf', { survey: [survey, kind.survey] }, declared, declaredKinds);
  const { classes, ignore } = declared;
  const known = classes === undefined ? survey.classes : withValues(classes);
  const scheme = known === null ? undeclared(survey, ignore) : declaredScheme(known, survey, ignore);
  if (scheme.ignore !== null && scheme.classes.length >= maxClasses)
    throw new OneirosError('bad-argument', `with an ignored value there can be ${maxClasses - 1} classes`);
  return scheme;
}

function declaredScheme(
  classes: readonly MaskClass[],
  survey: LabelSurvey,
  ignore: LabelValue | undefined,
): LabelScheme {
  const known = new Set(classes.map(({ value }) => numberOf(value)));
  const void255 = kindOf(classes) === 'number' && classes.length > 2 && !known.has(255) ? 255 : null;
  const scheme = { classes, ignore: ignore ?? void255 };
  checkKinds(scheme, survey);
  checkValues(scheme, survey);
  return scheme;
}

function checkKinds({ classes, ignore }: LabelScheme, survey: LabelSurvey): void {
  const kinds = [
    kindOf(classes),
    ...(ignore === null ? [] : [typeof ignore === 'string' ? 'color' : 'number']),
  ];
  if (kinds.every((kind) => kind === survey.kind)) return;
  const [first] = survey.found.values();
  throw new OneirosError(
    'bad-input',
    `the masks (${first?.in ?? 'none'} and others) have the ${survey.kind}s ${describeValues(survey)}, but the classes are ${describeClasses(classes)}${ignore === null ? '' : ` and the ignored value ${ignore}`}: give their values as ${survey.kind}s`,
  );
}

/** @throws OneirosError `bad-input` for values that are no class */
export function checkValues({ classes, ignore }: LabelScheme, survey: LabelSurvey): void {
  const known = new Set(classes.map(({ value }) => numberOf(value)));
  if (ignore !== null) known.add(numberOf(ignore));
  const unknown = [...survey.found].find(([value]) => !known.has(value));
  if (unknown === undefined) return;
  const [value, { pixels, in: name }] = unknown;
  const text = labelValue(value, survey);
  throw new OneirosError(
    'bad-input',
    `${name} has a pixel of ${text}; classes are ${describeClasses(classes)}; in all masks ${pixels} pixels have it: name its class, or ignore it (--ignore ${text}) if it marks pixels that do not count`,
  );
}

/** Classes by the values that there are, the lowest being the background. */
function undeclared(survey: LabelSurvey, ignore: LabelValue | undefined): LabelScheme {
  const values = [...survey.found.keys()].filter(
    (value) => ignore === undefined || value !== numberOf(ignore),
  );
  if (values.length > maxUndeclared)
    throw new OneirosError(
      'bad-input',
      `the masks have ${values.length} different values (${describeValues(survey)}), too many to be classes unless you say so: name the classes, or give their number if their values are 0, 1, 2 and so on; masks must not be compressed like photographs, nor have soft edges`,
    );
  if (values.length < 2)
    throw new OneirosError(
      'bad-input',
      `the masks have ${values.length === 0 ? 'no value' : `the value ${describeValues(survey)} only`}: name the classes and their values`,
    );
  if (survey.kind === 'number') {
    checkNoise(survey, values);
    if (ignore === undefined) checkBorder(survey, values);
  } else if (ignore === undefined) checkColoredBorder(survey);
  const names = unnamed(values.length);
  return {
    classes: values.map((value, i) => ({ name: names[i]!, value: labelValue(value, survey) })),
    ignore: ignore ?? null,
  };
}

/** Values next to black and next to white, and nothing between, are what JPEG makes of a mask of two values. */
function checkNoise(survey: LabelSurvey, values: readonly number[]): void {
  if (survey.highest !== 255 || survey.palette.size > 0) return;
  const nearBlack = values.find((value) => value > 0 && value < 32);
  const nearWhite = values.find((value) => value > 223 && value < 255);
  const between = values.some((value) => value >= 64 && value < 192);
  if (nearBlack === undefined || nearWhite === undefined || between) return;
  throw new OneirosError(
    'bad-input',
    `the masks have values next to black (${nearBlack}, in ${survey.found.get(nearBlack)!.in}) and next to white (${nearWhite}, in ${survey.found.get(nearWhite)!.in}), as compression leaves them: save masks of two values without loss, or name the classes and their values`,
  );
}

/** The highest value beside small numbers is what data sets mark pixels with that do not count. */
function checkBorder(survey: LabelSurvey, values: readonly number[]): void {
  const { highest } = survey;
  const others = values.filter((value) => value !== highest);
  if (others.length === values.length || others.length < 2 || highest < 255) return;
  if (others.every((value) => value < 64)) throw border(survey, highest);
}

/** The color that PASCAL VOC draws around its objects. */
const vocBorder = 0xe0e0c0;

function checkColoredBorder(survey: LabelSurvey): void {
  if (survey.found.has(vocBorder) && survey.found.has(0) && survey.found.size > 2)
    throw border(survey, vocBorder);
}

function border(survey: LabelSurvey, value: number): OneirosError {
  const { pixels, in: name } = survey.found.get(value)!;
  const text = labelValue(value, survey);
  return new OneirosError(
    'bad-input',
    `the masks have the values ${describeValues(survey)}: ${text} (${pixels} pixels, the first in ${name}) may be a class, or mark pixels that do not count, such as the borders of objects: give --ignore ${text}, or name the classes and their values`,
  );
}

/** Which label each value has. */
export type Labeler = (values: LabelData, name: string) => Uint8Array;

/**
 * Makes labels of values: the number of the class, 0 for the background, or `ignoredLabel`.
 * @throws OneirosError `bad-input`, from the labeler, for a value that is no class
 */
export function labeler(scheme: LabelScheme): Labeler {
  check('labeler', { scheme: [scheme, kind.scheme] });
  const { classes, ignore } = scheme;
  const labels = new Map(classes.map(({ value }, i) => [numberOf(value), i]));
  if (ignore !== null) labels.set(numberOf(ignore), ignoredLabel);
  return (values, name) => {
    const result = new Uint8Array(values.length);
    for (let start = 0, end = 0; start < values.length; start = end) {
      const value = values[start]!;
      while (end < values.length && values[end] === value) end++;
      const label = labels.get(value);
      if (label === undefined)
        throw new OneirosError(
          'bad-input',
          `the mask of ${name} has a pixel of ${kindOf(classes) === 'color' ? `#${value.toString(16).padStart(6, '0')}` : value}; classes are ${describeClasses(classes)}`,
        );
      result.fill(label, start, end);
    }
    return result;
  };
}
