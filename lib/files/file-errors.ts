import { type ErrorCode, messageOf, OneirosError } from '../base/errors.js';

const reasons: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map(
  Object.entries<readonly [ErrorCode, string]>({
    ENOENT: ['not-found', 'no such file or folder'],
    ENOTDIR: ['not-found', 'part of the path is not a folder'],
    ENAMETOOLONG: ['bad-argument', 'the name is too long'],
    EISDIR: ['bad-argument', 'it is a folder, not a file'],
    EACCES: ['runtime', 'permission denied'],
    EPERM: ['runtime', 'permission denied'],
    EEXIST: ['bad-argument', 'it is a file, not a folder'],
    ELOOP: ['bad-argument', 'its symbolic links form a cycle'],
    EROFS: ['runtime', 'the file system is read-only'],
    ENOSPC: ['runtime', 'no space is left on the device'],
    EDQUOT: ['runtime', 'the disk quota is used up'],
    EMFILE: ['runtime', 'too many files are open'],
    EBADF: ['bad-argument', 'it is already closed'],
    ERR_INVALID_ARG_VALUE: ['bad-argument', 'it is not a valid path'],
  }),
);

/** An error of the operating system as this library's error. @param action "read" or "write" */
export function fileError(action: string, path: string, cause: unknown): OneirosError {
  if (cause instanceof OneirosError) return cause;
  const [code, reason] = reasonFor(cause);
  return new OneirosError(code, `cannot ${action} ${JSON.stringify(path)}: ${reason}`, { cause });
}

/** The code and the description of an error of the operating system. */
export function reasonFor(cause: unknown): readonly [ErrorCode, string] {
  return reasons.get(codeOf(cause)) ?? ['runtime', messageOf(cause)];
}

/** The code of an error of the operating system or of Node, such as `ENOENT`; '' for other errors. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The part of `fs.Stats` that is used here. */
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
