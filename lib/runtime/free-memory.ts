import { platform } from '#runtime';

/** Bytes of memory that are still available to this process; Infinity in browsers, which do not report it. */
export function freeMemory(): number {
  return platform.freeMemory();
}
