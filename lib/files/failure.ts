import { type ErrorCode, messageOf, OneirosError } from '../base/errors.js';

const reasons: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map(
  Object.entries<readonly [ErrorCode, string]>({
    ENOENT: ['not-found', 'there is no such file or folder'],
    ENOTDIR: ['not-found', 'a part of the path is not a folder'],
    ENAMETOOLONG: ['bad-argument', 'the name is too long'],
    EISDIR: ['bad-argument', 'it is a folder, not a file'],
    EACCES: ['runtime', 'permission denied'],
    EPERM: ['runtime', 'permission denied'],
    EEXIST: ['bad-argument', 'it is a file, not a folder'],
    ELOOP: ['bad-argument', 'its symbolic links lead in a circle'],
    EROFS: ['runtime', 'the file system is read-only'],
    ENOSPC: ['runtime', 'no space is left on the device'],
    EDQUOT: ['runtime', 'the disk quota is used up'],
    EMFILE: ['runtime', 'too many files are open'],
    EBADF: ['bad-argument', 'it was closed before'],
    ERR_INVALID_ARG_VALUE: ['bad-argument', 'that is no path'],
  }),
);

/** What the operating system complained of, as this library's error. @param action "read", "write" */
export function fileError(action: string, path: string, cause: unknown): OneirosError {
  if (cause instanceof OneirosError) return cause;
  const [code, reason] = reasonFor(cause);
  return new OneirosError(code, `cannot ${action} ${JSON.stringify(path)}: ${reason}`, { cause });
}

/** The kind of an error of the operating system's, and what it says in words. */
export function reasonFor(cause: unknown): readonly [ErrorCode, string] {
  return reasons.get(codeOf(cause)) ?? ['runtime', messageOf(cause)];
}

/** The code of an error of the operating system's or of Node's, such as `ENOENT`; '' for other errors. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What a path leads to, as far as it matters here. */
interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
}

/** @throws OneirosError `bad-argument` for a folder, a pipe or a device */
export function requireFile(found: Kind, action: string, path: string): void {
  if (found.isFile()) return;
  const kind = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a pipe' : 'a device';
  throw new OneirosError(
    'bad-argument',
    `cannot ${action} ${JSON.stringify(path)}: it is ${kind}, not a file`,
  );
}
