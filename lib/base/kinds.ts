import type { Kind } from './arguments.js';
import { evaluationKinds } from './kinds/evaluation.js';
import { fileKinds } from './kinds/files.js';
import { graphKinds } from './kinds/graphs.js';
import { networkKinds } from './kinds/networks.js';
import { pictureKinds } from './kinds/pictures.js';
import { trainingKinds } from './kinds/training.js';
import { valueKinds } from './kinds/values.js';

/**
 * What the public functions take, one kind for each thing. A kind looks at a value's properties, not at its class: the value
 * may come from another copy of oneiros.
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

/** The kind of one word of a few. */
export function oneOf(...words: readonly string[]): Kind {
  return { expected: `one of ${words.join(', ')}`, fits: (value) => words.some((word) => word === value) };
}

/** The same kind, of an argument that may be left out. */
export function maybe({ expected, fits }: Kind): Kind {
  return { expected, fits: (value) => value === undefined || fits(value) };
}

/** The same kind, or null. */
export function orNull({ expected, fits }: Kind): Kind {
  return { expected: `${expected}, or null`, fits: (value) => value === null || fits(value) };
}

/** The kind of an array of which each item is of a kind. */
export function arrayOf({ expected, fits }: Kind): Kind {
  return {
    expected: `an array, each item ${expected}`,
    fits: (value) => Array.isArray(value) && value.every(fits),
  };
}
