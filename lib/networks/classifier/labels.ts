import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
/** A class of a classifier. */
export interface ClassLabel {
  /** Its id in data sets: a WordNet id such as n01443537, or the class's number. */
  readonly id: string;
  readonly name: string;
}

/** A class with its probability. */
export interface Classification extends ClassLabel {
  /** The number of the class, from 0. */
  readonly index: number;
  /** In [0, 1]. */
  readonly probability: number;
}

/** Parses labels, one line for each class in the order of class numbers: `n01443537 goldfish`, or only a name. */
export function parseLabels(text: string): readonly ClassLabel[] {
  check('parseLabels', { text: [text, kind.text] });
  return text
    .trim()
    .split(/\r?\n/)
    .map((line, index) => {
      const [, id = String(index), name = line.trim()] = /^(n\d{8})\s+(.*?)\s*$/.exec(line) ?? [];
      return { id, name };
    });
}

/** The label of a class; `class <number>` if it has none. */
export function labelOf(labels: readonly ClassLabel[], index: number): ClassLabel {
  return labels[index] ?? { id: String(index), name: `class ${index}` };
}
