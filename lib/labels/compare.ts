import { OneirosError } from '../base/errors.js';
import { colorText, describeClasses, type MaskClass, numberOf, unnamed } from './classes.js';
import { checkValues, type DeclaredClasses, type LabelScheme, schemeOf } from './scheme.js';
import { describeValues, type LabelSurvey, labelValue } from './survey.js';

/** How true masks and predicted ones are read so that their labels mean the same. */
export interface Comparison {
  readonly truth: LabelScheme;
  readonly predicted: LabelScheme;
  /** What was assumed. */
  readonly notes: readonly string[];
}

/** What pictures of one object and its background store: 0 and one of these. */
const objectValues = [1, 255, 65535];

/**
 * How two sets of masks can be compared. Where nothing is declared, the classes are as the predictions say of themselves,
 * else as the truth does, else the values of the true masks; masks of two values (0 and 255, 0 and 1) are compared with one
 * another whichever of these they use.
 * @throws OneirosError `bad-input` where it is not plain, or where values have no class; as `schemeOf`
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
  const said = predicted.classes ?? truth.classes;
  const classes = declared.classes ?? said ?? undefined;
  const scheme = schemeOf(truth, { classes, ignore: declared.ignore });
  const notes = declared.classes === undefined && said !== null ? [note(predicted, scheme.classes)] : [];
  checkPredicted(truth, predicted, scheme, classes === undefined);
  return { truth: scheme, predicted: scheme, notes };
}

function note(predicted: LabelSurvey, classes: readonly MaskClass[]): string {
  const who = predicted.classes === null ? 'true masks' : 'predicted masks';
  return `classes as the ${who} say: ${describeClasses(classes)}`;
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
      `the true masks have ${truth.kind}s (${describeValues(truth)}), the predicted ones ${predicted.kind}s (${describeValues(predicted)}): save both in the same way`,
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
    `${other[1].in} has the value ${labelValue(other[0], predicted)}, which no true mask has (they have ${describeValues(truth)}): name the classes and their values, or give their number`,
  );
}

/** Both sets as masks of one object, if they are that. */
function twoValues(truth: LabelSurvey, predicted: LabelSurvey): Comparison | null {
  const [there, found] = [objectValue(truth), objectValue(predicted)];
  const said = predicted.classes ?? truth.classes;
  if (there === null || found === null || !isUsual(truth.classes) || !isUsual(predicted.classes)) return null;
  const names = said?.map(({ name }) => name) ?? unnamed(2);
  const values = [there || found || 255, found || there || 255] as const;
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

/** What the object has for a value in masks of two values; 0 where it is nowhere; `null` for other masks. */
function objectValue({ kind, found }: LabelSurvey): number | null {
  const [value = 0, ...more] = [...found.keys()].filter((each) => each !== 0);
  return kind === 'number' && more.length === 0 && (value === 0 || objectValues.includes(value))
    ? value
    : null;
}

/** Whether classes, if there are any, are a background of 0 and an object. */
function isUsual(classes: readonly MaskClass[] | null): boolean {
  const [background, object, ...more] = classes?.map(({ value }) => value) ?? [0, 255];
  return background === 0 && objectValues.some((value) => value === object) && more.length === 0;
}

/** Indices are compared; but a color that has one index here and another there would be compared with the wrong one. */
function checkPalettes(truth: LabelSurvey, predicted: LabelSurvey): void {
  const indices = new Map(Array.from(truth.palette, ([index, color]) => [color, index]));
  for (const [index, color] of predicted.palette) {
    const other = indices.get(color);
    if (other === undefined || truth.palette.get(index) === color || other === index) continue;
    throw new OneirosError(
      'bad-input',
      `the color ${colorText(color)} has index ${other} in the true masks, but ${index} in the predicted ones (${predicted.found.get(index)?.in ?? ''}): save both with one palette, or as gray pictures of the classes' numbers`,
    );
  }
}
