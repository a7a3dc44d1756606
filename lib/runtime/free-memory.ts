import { platform } from '#runtime';

/** Bytes that this process can still take; Infinity in browsers, which do not say. */
export function freeMemory(): number {
  return platform.freeMemory();
}
