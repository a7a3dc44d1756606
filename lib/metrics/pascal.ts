import { withDefaults } from '../options.js';
import { check, type OptionKinds } from '../arguments.js';
import { oneOf, kind } from '../kinds.js';
import { OneirosError } from '../errors.js';
import { detectionBuilder, naming, truthBuilder } from './builders.js';
import type { BoxForm } from './boxes.js';
import type { Box, Detections, Truth } from './tables.js';

/** The text file of one image, by the image's name (the file's name without its ending). */
export interface PascalFile {
  readonly image: string;
  readonly text: string;
}

export interface PascalOptions {
  /** The four numbers of a box: `xywh`, or the two corners, `xyxy`. */
  readonly form?: BoxForm;
}

const pascalKinds: OptionKinds<PascalOptions> = { form: oneOf('xyxy', 'xywh') };

export const pascalDefaults = { form: 'xywh' } as const satisfies Required<PascalOptions>;

/**
 * The objects of a folder of text files: one a line, `class x y w h`, or by corners, `class left top right bottom`;
 * `difficult` at the end marks what need not be found. The classes are those that occur here.
 * @throws OneirosError `bad-input`, naming file and line, for anything else; an image given twice
 */
export function pascalTruth(files: readonly PascalFile[], options: PascalOptions = {}): Truth {
  check('pascalTruth', { files: [files, kind.objects] }, options, pascalKinds);
  const { form } = withDefaults(pascalDefaults, options);
  const builder = truthBuilder();
  const classes = new Set<string>();
  for (const { image, text } of files) {
    builder.addImage({ id: image });
    for (const { at, words } of lines(image, text)) {
      const difficult = words[5] === 'difficult';
      if (words.length !== (difficult ? 6 : 5)) throw malformed(at, words, 'a class and four numbers');
      const category = words[0]!;
      if (!classes.has(category)) builder.addCategory({ id: category, name: category });
      classes.add(category);
      const shape = naming(at, () => boxOf(words.slice(1, 5), form));
      builder.addAnnotation({ id: at, image, category, shape, ignore: difficult }, at);
    }
  }
  return builder.build();
}

/**
 * The detections of a folder of text files: one a line, `class score` and the box as in {@link pascalTruth}. Classes that
 * the truth has nothing of are left out.
 * @throws OneirosError `bad-input`, naming file and line, for anything else; an image that the truth does not have
 */
export function pascalDetections(
  files: readonly PascalFile[],
  truth: Truth,
  options: PascalOptions = {},
): Detections {
  check(
    'pascalDetections',
    { files: [files, kind.objects], truth: [truth, kind.truth] },
    options,
    pascalKinds,
  );
  const { form } = withDefaults(pascalDefaults, options);
  const builder = detectionBuilder(truth);
  for (const { image, text } of files)
    for (const { at, words } of lines(image, text)) {
      if (words.length !== 6) throw malformed(at, words, 'a class, a score and four numbers');
      const shape = naming(at, () => boxOf(words.slice(2), form));
      builder.add({ image, category: words[0]!, score: numberOf(words[1]!), shape }, at);
    }
  return builder.build();
}

function lines(image: string, text: string): { readonly at: string; readonly words: readonly string[] }[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ at: `${image}, line ${i + 1}`, words: line.trim().split(/\s+/) }))
    .filter(({ words }) => words[0] !== '');
}

function boxOf(words: readonly string[], form: BoxForm): Box {
  const [x, y, right, bottom] = words.map(numberOf);
  if (x === undefined || y === undefined || right === undefined || bottom === undefined)
    throw new OneirosError('bad-input', 'a box is four numbers');
  return form === 'xywh' ? [x, y, right, bottom] : [x, y, right - x, bottom - y];
}

/** NaN for what is no number: the checks of boxes and scores then name it. */
function numberOf(word: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : NaN;
}

function malformed(at: string, words: readonly string[], expected: string): OneirosError {
  const line = words.join(' ');
  return new OneirosError(
    'bad-input',
    `${at}: expected ${expected}, found "${line.length > 60 ? `${line.slice(0, 60)}…` : line}"`,
  );
}
