import { OneirosError } from '../../base/errors.js';

/** A line of a text file, in words. */
export interface PascalLine {
  /** What errors call it. */
  readonly at: string;
  readonly words: readonly string[];
}

/** The lines of an image's file that are not empty. */
export function pascalLines(image: string, text: string): readonly PascalLine[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ at: `${image}, line ${i + 1}`, words: line.trim().split(/\s+/) }))
    .filter(({ words }) => words[0] !== '');
}

/** The class of a line, and the numbers after it; NaN for what is no number: the checks of boxes and scores then name it. */
export interface PascalFields {
  readonly category: string;
  readonly numbers: readonly number[];
}

/**
 * Splits a line: the last words are its numbers, all before them is the class. So a class may hold blanks and end in a whole
 * number ("traffic light", "type 2"), but not in a fraction, nor be several numbers: then the line is of another kind.
 * @param count how many numbers there are
 * @throws OneirosError `bad-input`, naming the line, for too few words or too many numbers
 */
export function splitLine({ at, words }: PascalLine, count: number, expected: string): PascalFields {
  const category = words.slice(0, -count);
  const last = category.at(-1);
  if (last === undefined) throw malformed(at, words, expected);
  const isOfNumbers = category.every((word) => !Number.isNaN(numberOf(word)));
  if (category.length > 1 && (isOfNumbers || isFraction(last)))
    throw malformed(at, words, `${expected}, and no more numbers`);
  return { category: category.join(' '), numbers: words.slice(-count).map(numberOf) };
}

function isFraction(word: string): boolean {
  return !Number.isNaN(numberOf(word)) && !/^\d+$/.test(word);
}

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
