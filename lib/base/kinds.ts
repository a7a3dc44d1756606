import { evaluationKinds } from './kinds/evaluation.js';
import { fileKinds } from './kinds/files.js';
import { graphKinds } from './kinds/graphs.js';
import type { Kind } from './kinds/kind.js';
import { networkKinds } from './kinds/networks.js';
import { pictureKinds } from './kinds/pictures.js';
import { trainingKinds } from './kinds/training.js';
import { valueKinds } from './kinds/values.js';

/**
 * The kinds of arguments that public functions take. A kind tests a value's properties, not its class: the value may
 * come from another copy of oneiros.
 */
export const kind = {
  ...valueKinds,
  ...fileKinds,
  ...pictureKinds,
  ...graphKinds,
  ...networkKinds,
  ...trainingKinds,
  ...evaluationKinds,
};

/** One of a few words. */
export function oneOf(...words: readonly string[]): Kind {
  return { expected: `one of ${words.join(', ')}`, fits: (value) => words.some((word) => word === value) };
}

/** The same kind, for an optional argument. */
export function maybe({ expected, fits }: Kind): Kind {
  return { expected, fits: (value) => value === undefined || fits(value) };
}

/** The same kind, or null. */
export function orNull({ expected, fits }: Kind): Kind {
  return { expected: `${expected}, or null`, fits: (value) => value === null || fits(value) };
}

/** An array whose items are all of one kind. */
export function arrayOf({ expected, fits }: Kind): Kind {
  return {
    expected: `an array, each item ${expected}`,
    fits: (value) => Array.isArray(value) && value.every(fits),
  };
}
