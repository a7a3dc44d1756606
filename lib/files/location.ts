import { OneirosError, originalOf } from '../base/errors.js';

/**
 * Where a file is: a path in Node, an address in browsers (relative to the page's); a URL, in Node also a `file:` URL;
 * a `File` or another `Blob`.
 */
export type FileLocation = string | URL | Blob;

/** A file's path, address or name, for messages. */
export function describeLocation(location: FileLocation): string {
  if (typeof location === 'string') return location;
  if (location instanceof URL) return location.href;
  return fileName(location) ?? `a blob of ${location.size} bytes`;
}

/** Runs `work` on a file; an error's message begins with the file's name unless it contains it. */
export async function about<T>(location: FileLocation, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = originalOf(thrown);
    const name = describeLocation(location);
    if (!(error instanceof OneirosError) || error.message.includes(name)) throw error;
    throw new OneirosError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}

/** A file's name without its folder; `null` for a blob without a name. */
export function fileName(location: FileLocation): string | null {
  if (location instanceof Blob)
    return 'name' in location && typeof location.name === 'string' ? location.name : null;
  const path = location instanceof URL ? location.pathname : location;
  return path.replace(/^.*[/\\]/, '');
}
