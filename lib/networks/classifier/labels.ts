import { check } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
/** A class that a classifier knows. */
export interface ClassLabel {
  /** What data sets call it: a WordNet id such as n01443537, or the class's number. */
  readonly id: string;
  readonly name: string;
}

/** A class as an answer. */
export interface Classification extends ClassLabel {
  /** Which of the network's outputs it is, from 0. */
  readonly index: number;
  /** In [0, 1]. */
  readonly probability: number;
}

/** Labels from text, one line a class in the order of the outputs: `n01443537 goldfish`, or just a name. */
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

/** The label of a class; where there is none, its number. */
export function labelOf(labels: readonly ClassLabel[], index: number): ClassLabel {
  return labels[index] ?? { id: String(index), name: `class ${index}` };
}
