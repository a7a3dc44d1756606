import { fileURLToPath } from 'node:url';

import { messageOf, OneirosError } from '../base/errors.js';

/**
 * The path of a path or a `file:` URL.
 * @throws OneirosError `bad-argument` for another URL
 */
export function pathOf(location: string | URL): string {
  if (typeof location === 'string') return location;
  try {
    return fileURLToPath(location);
  } catch (cause) {
    throw new OneirosError('bad-argument', `cannot read ${location.href}: ${messageOf(cause)}`, { cause });
  }
}
