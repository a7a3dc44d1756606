import { OneirosError } from '../base/errors.js';
import { colorText, describeClasses, type MaskClass, numberOf, unnamed } from './classes.js';
import { checkValues, type DeclaredClasses, type LabelScheme, schemeOf } from './scheme.js';
import { describeValues, type LabelSurvey, labelValue } from './survey.js';

/** The schemes for true and predicted masks that give their labels the same meaning. */
export interface Comparison {
  readonly truth: LabelScheme;
  readonly predicted: LabelScheme;
  /** The assumptions, for the user. */
  readonly notes: readonly string[];
}

/** In masks of one object, the background is 0 and the object has one of these values. */
const objectValues = [1, 255, 65535];

/**
 * Finds how to compare two sets of masks. Without declared classes, they come from the predicted files, else from the
 * true files, else from the values of the true masks. Sets with two values each (0 and one of 1, 255 and 65535) are
 * comparable even if their values differ.
 * @throws OneirosError as `schemeOf`; `bad-input` if the sets have different kinds of values or different palettes, or
 *   if a predicted value has no class
 */
export function comparison(
  truth: LabelSurvey,
  predicted: LabelSurvey,
  declared: DeclaredClasses = {},
): Comparison {
  checkPalettes(truth, predicted);
  if (declared.classes === undefined && declared.ignore === undefined) {
    const binary = twoValues(truth, predicted);
    if (binary !== null) return binary;
  }
  const stored = predicted.classes ?? truth.classes;
  const classes = declared.classes ?? stored ?? undefined;
  const scheme = schemeOf(truth, { classes, ignore: declared.ignore });
  const notes = declared.classes === undefined && stored !== null ? [note(predicted, scheme.classes)] : [];
  checkPredicted(truth, predicted, scheme, classes === undefined);
  return { truth: scheme, predicted: scheme, notes };
}

function note(predicted: LabelSurvey, classes: readonly MaskClass[]): string {
  const who = predicted.classes === null ? 'true masks' : 'predicted masks';
  return `classes from the files of the ${who}: ${describeClasses(classes)}`;
}

function checkPredicted(
  truth: LabelSurvey,
  predicted: LabelSurvey,
  scheme: LabelScheme,
  undeclared: boolean,
): void {
  if (truth.kind !== predicted.kind)
    throw new OneirosError(
      'bad-input',
      `the true masks have ${truth.kind}s (${describeValues(truth)}), the predicted masks have ${predicted.kind}s (${describeValues(predicted)}): save both in the same form`,
    );
  if (!undeclared) {
    checkValues(scheme, predicted);
    return;
  }
  const known = new Set(scheme.classes.map(({ value }) => numberOf(value)));
  if (scheme.ignore !== null) known.add(numberOf(scheme.ignore));
  const other = [...predicted.found].find(([value]) => !known.has(value));
  if (other === undefined) return;
  throw new OneirosError(
    'bad-input',
    `${other[1].in} has the value ${labelValue(other[0], predicted)}, which no true mask has (they have ${describeValues(truth)}): name the classes and their values, or give the number of classes`,
  );
}

/** The comparison if both sets are masks of one object, else `null`. */
function twoValues(truth: LabelSurvey, predicted: LabelSurvey): Comparison | null {
  const [trueValue, predictedValue] = [objectValue(truth), objectValue(predicted)];
  const stored = predicted.classes ?? truth.classes;
  if (
    trueValue === null ||
    predictedValue === null ||
    !isOneObject(truth.classes) ||
    !isOneObject(predicted.classes)
  )
    return null;
  const names = stored?.map(({ name }) => name) ?? unnamed(2);
  const values = [trueValue || predictedValue || 255, predictedValue || trueValue || 255] as const;
  const [truths, predictions] = values.map((value): LabelScheme => {
    const [background, object] = names;
    return {
      classes: [
        { name: background!, value: 0 },
        { name: object!, value },
      ],
      ignore: null,
    };
  });
  const notes =
    values[0] === values[1]
      ? []
      : [`the object is ${values[0]} in the true masks, ${values[1]} in the predicted ones`];
  return { truth: truths!, predicted: predictions!, notes };
}

/** The object's value in masks of one object; 0 if no pixel shows it; `null` for other masks. */
function objectValue({ kind, found }: LabelSurvey): number | null {
  const [value = 0, ...more] = [...found.keys()].filter((each) => each !== 0);
  return kind === 'number' && more.length === 0 && (value === 0 || objectValues.includes(value))
    ? value
    : null;
}

/** Whether the classes are a background of 0 and one object; true for `null`. */
function isOneObject(classes: readonly MaskClass[] | null): boolean {
  const [background, object, ...more] = classes?.map(({ value }) => value) ?? [0, 255];
  return background === 0 && objectValues.some((value) => value === object) && more.length === 0;
}

/** Masks are compared by palette index, so a color must not have different indices in the two sets. */
function checkPalettes(truth: LabelSurvey, predicted: LabelSurvey): void {
  const indices = new Map(Array.from(truth.palette, ([index, color]) => [color, index]));
  for (const [index, color] of predicted.palette) {
    const other = indices.get(color);
    if (other === undefined || truth.palette.get(index) === color || other === index) continue;
    throw new OneirosError(
      'bad-input',
      `the color ${colorText(color)} has index ${other} in the true masks, but ${index} in the predicted ones (${predicted.found.get(index)?.in ?? ''}): save both with the same palette, or as gray pictures of the class indices`,
    );
  }
}
