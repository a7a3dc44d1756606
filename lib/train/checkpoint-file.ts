import { readFile } from 'node:fs/promises';
import { fileError } from '../files/failure.js';
import { writeFileAtomic } from '../files/write.js';
import type { CheckpointStore } from './checkpoint.js';

/** Keeps a run's state in a file (Node only), which is whole at every moment, also when the process is killed. */
export function checkpointFile(path: string): CheckpointStore {
  return {
    load: () =>
      readFile(path).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw fileError('read', path, error);
      }),
    save: (bytes) => writeFileAtomic(path, bytes),
  };
}
