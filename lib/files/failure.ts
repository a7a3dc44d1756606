import { own } from '../own.js';
import { messageOf, OneirosError, type ErrorCode } from '../errors.js';

const reasons: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-found', 'a part of the path is not a folder'],
  ENAMETOOLONG: ['bad-argument', 'the name is too long'],
  EISDIR: ['bad-argument', 'it is a folder, not a file'],
  EACCES: ['runtime', 'permission denied'],
  EPERM: ['runtime', 'permission denied'],
  EROFS: ['runtime', 'the file system is read-only'],
  ENOSPC: ['runtime', 'no space is left on the device'],
  EDQUOT: ['runtime', 'the disk quota is used up'],
  EMFILE: ['runtime', 'too many files are open'],
  EBADF: ['bad-argument', 'it was closed before'],
  ERR_INVALID_ARG_VALUE: ['bad-argument', 'that is no path'],
};

/** What the operating system complained of, as this library's error. @param action "read", "write" */
export function fileError(action: string, path: string, cause: unknown): OneirosError {
  if (cause instanceof OneirosError) return cause;
  const [code, reason] = own(reasons, codeOf(cause)) ?? ['runtime', messageOf(cause)];
  return new OneirosError(code, `cannot ${action} ${JSON.stringify(path)}: ${reason}`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
