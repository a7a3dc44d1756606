import { check, type OptionKinds } from '../base/check-arguments.js';
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

/** The meaning of the values of masks. */
export interface LabelScheme {
  /** The background first. */
  readonly classes: readonly MaskClass[];
  /** The value of pixels that do not count, such as the object borders of PASCAL VOC; `null` if all count. */
  readonly ignore: LabelValue | null;
}

/** The meaning of the values as the user declares it. */
export interface DeclaredClasses {
  /** @default the classes in the files, else one class for each value, in ascending order */
  readonly classes?: readonly NamedClass[] | undefined;
  /** @default 255 if three or more classes with numbers are known and 255 is not one of them, else none */
  readonly ignore?: LabelValue | undefined;
}

/** The label of a pixel that does not count. */
export const ignoredLabel = 255;

/** Without declared classes, more values than this are an error. */
const maxUndeclared = 32;

const declaredKinds: OptionKinds<DeclaredClasses> = { classes: kind.objects, ignore: kind.labelValue };

/**
 * The meaning of the values of a set of masks: as declared, else from the files, else one class for each value.
 * @throws OneirosError `bad-input` if a value has no class, if values and classes are of different kinds, or if it is
 *   ambiguous which values are classes; `bad-argument` unless there are 2 to 256 classes (255 with an ignored value)
 *   with different values, all numbers or all colors
 */
export function schemeOf(survey: LabelSurvey, declared: DeclaredClasses = {}): LabelScheme {
  check('schemeOf', { survey: [survey, kind.survey] }, declared, declaredKinds);
  const { classes, ignore } = declared;
  const known = classes === undefined ? survey.classes : withValues(classes);
  const scheme = known === null ? undeclared(survey, ignore) : declaredScheme(known, survey, ignore);
  if (scheme.ignore !== null && scheme.classes.length >= maxClasses)
    throw new OneirosError(
      'bad-argument',
      `with an ignored value, at most ${maxClasses - 1} classes are possible`,
    );
  return scheme;
}

function declaredScheme(
  classes: readonly MaskClass[],
  survey: LabelSurvey,
  ignore: LabelValue | undefined,
): LabelScheme {
  const known = new Set(classes.map(({ value }) => numberOf(value)));
  const defaultIgnore = kindOf(classes) === 'number' && classes.length > 2 && !known.has(255) ? 255 : null;
  const scheme = { classes, ignore: ignore ?? defaultIgnore };
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
    `the masks (${first?.in ?? 'none'} and others) have the ${survey.kind}s ${describeValues(survey)}, but the classes are ${describeClasses(classes)}${ignore === null ? '' : ` and the ignored value is ${ignore}`}: give all values as ${survey.kind}s`,
  );
}

/** @throws OneirosError `bad-input` if a value has no class */
export function checkValues({ classes, ignore }: LabelScheme, survey: LabelSurvey): void {
  const known = new Set(classes.map(({ value }) => numberOf(value)));
  if (ignore !== null) known.add(numberOf(ignore));
  const unknown = [...survey.found].find(([value]) => !known.has(value));
  if (unknown === undefined) return;
  const [value, { pixels, in: name }] = unknown;
  const text = labelValue(value, survey);
  throw new OneirosError(
    'bad-input',
    `${name} has a pixel of ${text}, but the classes are ${describeClasses(classes)}; ${pixels} pixels of all masks have this value: name its class, or ignore it (--ignore ${text}) if it marks pixels that do not count`,
  );
}

/** One class for each value; the lowest value is the background. */
function undeclared(survey: LabelSurvey, ignore: LabelValue | undefined): LabelScheme {
  const values = [...survey.found.keys()].filter(
    (value) => ignore === undefined || value !== numberOf(ignore),
  );
  if (values.length > maxUndeclared)
    throw new OneirosError(
      'bad-input',
      `the masks have ${values.length} different values (${describeValues(survey)}), too many for undeclared classes: name the classes, or give the number of classes if their values are 0, 1, 2 and so on. Masks must not have soft edges or lossy compression`,
    );
  if (values.length < 2)
    throw new OneirosError(
      'bad-input',
      `the masks have ${values.length === 0 ? 'no value' : `only the value ${describeValues(survey)}`}: name the classes and their values`,
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

/** JPEG compression of a mask of two values leaves values near black and near white, and none in between. */
function checkNoise(survey: LabelSurvey, values: readonly number[]): void {
  if (survey.highest !== 255 || survey.palette.size > 0) return;
  const nearBlack = values.find((value) => value > 0 && value < 32);
  const nearWhite = values.find((value) => value > 223 && value < 255);
  const between = values.some((value) => value >= 64 && value < 192);
  if (nearBlack === undefined || nearWhite === undefined || between) return;
  throw new OneirosError(
    'bad-input',
    `the masks have values near black (${nearBlack}, in ${survey.found.get(nearBlack)!.in}) and near white (${nearWhite}, in ${survey.found.get(nearWhite)!.in}), as after lossy compression: save masks of two values without loss, or name the classes and their values`,
  );
}

/** Data sets with few, small values use the highest possible value for pixels that do not count. */
function checkBorder(survey: LabelSurvey, values: readonly number[]): void {
  const { highest } = survey;
  const others = values.filter((value) => value !== highest);
  if (others.length === values.length || others.length < 2 || highest < 255) return;
  if (others.every((value) => value < 64)) throw borderError(survey, highest);
}

/** The color of object borders in PASCAL VOC. */
const vocBorder = 0xe0e0c0;

function checkColoredBorder(survey: LabelSurvey): void {
  if (survey.found.has(vocBorder) && survey.found.has(0) && survey.found.size > 2)
    throw borderError(survey, vocBorder);
}

function borderError(survey: LabelSurvey, value: number): OneirosError {
  const { pixels, in: name } = survey.found.get(value)!;
  const text = labelValue(value, survey);
  return new OneirosError(
    'bad-input',
    `the masks have the values ${describeValues(survey)}: ${text} (${pixels} pixels, the first in ${name}) may be a class, or mark pixels that do not count, such as object borders: use --ignore ${text}, or name the classes and their values`,
  );
}

/** Converts the values of a mask to labels; `name` is the mask's name for errors. */
export type Labeler = (values: LabelData, name: string) => Uint8Array;

/**
 * A function from the values of a mask to labels: the index of the class, 0 for the background, or 255 for ignored
 * pixels.
 * @throws OneirosError `bad-input`, when the labeler is called, if a value has no class
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
          `the mask of ${name} has a pixel of ${kindOf(classes) === 'color' ? `#${value.toString(16).padStart(6, '0')}` : value}, but the classes are ${describeClasses(classes)}`,
        );
      result.fill(label, start, end);
    }
    return result;
  };
}
