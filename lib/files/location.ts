import { OneirosError, originalOf } from '../base/errors.js';

/**
 * Where the bytes of a file lie: a path in Node, an address in browsers (relative ones by the page's); a URL, in Node
 * `file:` ones too; a `File` or any other `Blob`.
 */
export type FileLocation = string | URL | Blob;

/** What to call a file in messages: its path, address or name. */
export function describeLocation(location: FileLocation): string {
  if (typeof location === 'string') return location;
  if (location instanceof URL) return location.href;
  return fileName(location) ?? `a blob of ${location.size} bytes`;
}

/** Does something with what a file holds; where that fails, the error names the file. */
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

/** A file's name without its folder; `null` for a blob, which has none. */
export function fileName(location: FileLocation): string | null {
  if (location instanceof Blob)
    return 'name' in location && typeof location.name === 'string' ? location.name : null;
  const path = location instanceof URL ? location.pathname : location;
  return path.replace(/^.*[/\\]/, '');
}
