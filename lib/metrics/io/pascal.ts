import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import type { Detections, ImageEntry, Truth } from '../detection/tables.js';
import { detectionBuilder, naming, truthBuilder } from './builders.js';
import { boxOf, type PascalForm, withinPictures } from './pascal-box.js';
import { pascalLines, splitLine } from './pascal-line.js';
import { checkDetectionUnits, checkTruthUnits } from './units.js';

/** The text file of one image; `image` is the file's name without its extension. */
export interface PascalFile {
  readonly image: string;
  readonly text: string;
}

export interface PascalOptions {
  /**
   * The four numbers of a box: `xywh` a corner and the size, `xyxy` two corners, `cxcywh` the center and the size
   * (YOLO).
   * @default 'xywh'; a note is added if all true boxes could also be two corners
   */
  readonly form?: PascalForm | undefined;
  /**
   * The unit of the numbers: pixels, or fractions of the picture, from 0 to 1 (YOLO).
   * @default pixels; boxes that look like fractions are refused
   */
  readonly units?: 'pixels' | 'relative' | undefined;
}

export interface PascalTruthOptions extends PascalOptions {
  /** Sizes of the pictures in pixels, by the image's name; needed for relative boxes. */
  readonly sizes?: ReadonlyMap<string, Size> | undefined;
}

export interface PascalDetectionOptions extends PascalOptions {
  /** Where the score is: right after the class, or after the box (YOLO). @default 'first' */
  readonly scoreAt?: 'first' | 'last';
}

const pascalKinds: OptionKinds<PascalOptions> = {
  form: oneOf('xyxy', 'xywh', 'cxcywh'),
  units: oneOf('pixels', 'relative'),
};
const truthKinds: OptionKinds<PascalTruthOptions> = { ...pascalKinds, sizes: kind.map };
const detectionKinds: OptionKinds<PascalDetectionOptions> = {
  ...pascalKinds,
  scoreAt: oneOf('first', 'last'),
};

export const pascalDefaults = { form: 'xywh', scoreAt: 'first' } as const satisfies PascalDetectionOptions;

/** What to do if boxes look relative. */
const advice = ' (set units to "relative" or "pixels")';
const pixel: Size = { width: 1, height: 1 };

/**
 * The objects of a folder of text files, one object per line: `class x y w h`. A final `difficult` marks an object that
 * need not be found. The last four numbers are the box, the words before them the class ({@link splitLine}). The
 * classes are those that occur in the files.
 * @throws OneirosError `bad-input`, naming file and line, for any other line; an image given twice; relative boxes
 *   without `units`, or of a picture of unknown size
 */
export function pascalTruth(files: readonly PascalFile[], options: PascalTruthOptions = {}): Truth {
  check('pascalTruth', { files: [files, kind.objects] }, options, truthKinds);
  const { form = pascalDefaults.form, units, sizes } = options;
  const builder = truthBuilder();
  const classes = new Set<string>();
  const within = withinPictures('is the form "cxcywh" (centers) or "xyxy" (corners)?');
  for (const { image, text } of files) {
    const entry: ImageEntry = { id: image, ...sizes?.get(image) };
    builder.addImage(entry);
    for (const { at, words } of pascalLines(image, text)) {
      const difficult = words.at(-1) === 'difficult';
      const line = { at, words: difficult ? words.slice(0, -1) : words };
      const { category, numbers } = splitLine(line, 4, 'a class and four numbers');
      if (!classes.has(category)) builder.addCategory({ id: category, name: category });
      classes.add(category);
      const size = naming(at, () => sizeFor(units, entry));
      const shape = boxOf(numbers, form, size);
      if (units === 'relative') within.add(shape, size);
      builder.addAnnotation({ id: at, image, category, shape, ignore: difficult }, at);
    }
  }
  within.check();
  const truth = builder.build();
  if (units === undefined) checkTruthUnits(truth, advice);
  return options.form === undefined && mayBeCorners(truth)
    ? { ...truth, notes: [...truth.notes, cornersToo] }
    : truth;
}

/**
 * The detections of a folder of text files, one per line: `class score` and the box as in {@link pascalTruth}.
 * Detections of classes that do not occur in the truth are left out and counted. The truth gives the picture sizes for
 * relative boxes.
 * @throws OneirosError `bad-input`, naming file and line, for any other line; an image given twice or not in the truth;
 *   relative boxes as in {@link pascalTruth}
 */
export function pascalDetections(
  files: readonly PascalFile[],
  truth: Truth,
  options: PascalDetectionOptions = {},
): Detections {
  check(
    'pascalDetections',
    { files: [files, kind.objects], truth: [truth, kind.truth] },
    options,
    detectionKinds,
  );
  const { form = pascalDefaults.form, units, scoreAt = pascalDefaults.scoreAt } = options;
  const builder = detectionBuilder(truth);
  const entries = new Map(truth.images.map((entry) => [entry.id, entry]));
  const names = new Set(truth.categories.map(({ id }) => id));
  const within = withinPictures('is the score last (scoreAt "last"), or is the form another?');
  const given = new Set<string>();
  let [lines, swapped] = [0, 0];
  for (const { image, text } of files) {
    if (given.has(image))
      throw new OneirosError('bad-input', `there are two files of the image ${JSON.stringify(image)}`);
    given.add(image);
    for (const line of pascalLines(image, text)) {
      const { at, words } = line;
      const { category, numbers } = splitLine(line, 5, 'a class, a score and four numbers');
      const rest = words.slice(0, -4).join(' ');
      if (!names.has(category) && names.has(rest))
        throw new OneirosError(
          'bad-input',
          `${at}: expected a score after the class ${JSON.stringify(rest)}`,
        );
      const score = numbers.at(scoreAt === 'first' ? 0 : -1) ?? NaN;
      const size = naming(at, () => sizeFor(units, entries.get(image)));
      const shape = boxOf(scoreAt === 'first' ? numbers.slice(1) : numbers, form, size);
      if (units === 'relative') within.add(shape, size);
      builder.add({ image, category, score, shape }, at);
      lines++;
      if (score > 1 && (numbers.at(-1) ?? NaN) <= 1) swapped++;
    }
  }
  if (lines > 0 && swapped === lines)
    throw new OneirosError(
      'bad-input',
      `all ${lines} scores are over 1, and the last numbers are not: is the score last (scoreAt "last")?`,
    );
  within.check();
  const detections = builder.build();
  if (units === undefined) checkDetectionUnits(detections, advice);
  return detections;
}

const cornersToo =
  'boxes are read as x, y, width and height, but all of them could also be two corners: if so, give the form (--boxes xyxy)';

/** Whether the last two numbers of each box are larger than the first two. */
function mayBeCorners({ count, boxes }: Truth): boolean {
  for (let k = 0; k < 4 * count; k += 4)
    if (boxes[k + 2]! <= boxes[k]! || boxes[k + 3]! <= boxes[k + 1]!) return false;
  return count > 0;
}

function sizeFor(units: PascalOptions['units'], entry: ImageEntry | undefined): Size {
  if (units !== 'relative' || entry === undefined) return pixel; // an unknown image is refused later
  if (entry.width !== undefined && entry.height !== undefined)
    return { width: entry.width, height: entry.height };
  throw new OneirosError(
    'bad-input',
    'its box is relative to a picture of unknown size: give the sizes of the pictures',
  );
}
