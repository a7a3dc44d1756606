import { OneirosError } from '../../base/errors.js';

/** A line of a text file, split into words. */
export interface PascalLine {
  /** Its name in errors. */
  readonly at: string;
  readonly words: readonly string[];
}

/** The non-empty lines of an image's file. */
export function pascalLines(image: string, text: string): readonly PascalLine[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ at: `${image}, line ${i + 1}`, words: line.trim().split(/\s+/) }))
    .filter(({ words }) => words[0] !== '');
}

/** The class of a line and the numbers after it. A word that is not a number is NaN, which later checks report. */
export interface PascalFields {
  readonly category: string;
  readonly numbers: readonly number[];
}

/**
 * Splits a line: the last words are its numbers, the words before them are the class. So a class may contain spaces and
 * end in a whole number ("traffic light", "type 2"). If it ends in a fraction or is several numbers, the line is
 * refused.
 * @param count how many numbers a line has
 * @throws OneirosError `bad-input`, naming the line, for too few words or too many numbers
 */
export function splitLine({ at, words }: PascalLine, count: number, expected: string): PascalFields {
  const category = words.slice(0, -count);
  const last = category.at(-1);
  if (last === undefined) throw malformed(at, words, expected);
  const areNumbers = category.every((word) => !Number.isNaN(numberOf(word)));
  if (category.length > 1 && (areNumbers || isFraction(last)))
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
