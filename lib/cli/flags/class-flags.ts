import { InvalidArgumentError } from 'commander';

import { messageOf } from '../../base/errors.js';
import { type NamedClass, parseClasses, parseValue } from '../../labels/class-text.js';
import type { LabelValue } from '../../labels/classes.js';

/** The value of a flag that names classes. */
export function parseClassesFlag(text: string): readonly NamedClass[] {
  return asArgument(() => parseClasses(text));
}

/** The value of a flag that names classes, without their values. */
export function parseNamesFlag(text: string): readonly string[] {
  return parseClassesFlag(text).map(({ name }) => name);
}

/** The value of a flag that gives one value of masks. */
export function parseValueFlag(text: string): LabelValue {
  return asArgument(() => parseValue(text));
}

function asArgument<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
