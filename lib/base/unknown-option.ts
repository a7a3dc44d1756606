import { OneirosError } from './errors.js';
import { nearest } from './nearest-names.js';

/** The error for an option that a function does not have, such as a misspelled one: it lists the most similar names. */
export function unknownOption(what: string, name: string, known: readonly string[]): OneirosError {
  const near = known.length === 0 ? 'it takes none' : `near names: ${nearest(name, known).join(', ')}`;
  return new OneirosError('bad-argument', `${what} has no option "${name}"; ${near}`);
}
