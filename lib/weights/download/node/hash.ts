import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { fileError } from '../../../files/file-errors.js';

/** The sha256 of a file in hexadecimal, computed by streaming. */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) })) {
      const bytes: unknown = chunk;
      if (bytes instanceof Uint8Array) hash.update(bytes);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError('read', path, error);
  }
  return hash.digest('hex');
}
