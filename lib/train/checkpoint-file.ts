import { check } from '../arguments.js';
import { kind } from '../kinds.js';
import { readFileBytes } from '#files/read';
import { writeFileAtomic } from '#files/write';
import { OneirosError } from '../errors.js';
import type { CheckpointStore } from './checkpoint.js';

/** Keeps a run's state in a file (in Node), which is whole at every moment, also when the process is killed. */
export function checkpointFile(path: string): CheckpointStore {
  check('checkpointFile', { path: [path, kind.text] });
  return {
    load: () =>
      readFileBytes(path).catch((error: unknown) => {
        if (error instanceof OneirosError && error.code === 'not-found') return null;
        throw error;
      }),
    save: (bytes) => writeFileAtomic(path, bytes),
  };
}
