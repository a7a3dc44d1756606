import { readFileBytes } from '#files/read';
import { removeLeftovers, writeFileAtomic } from '#files/write';
import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { CheckpointStore } from './checkpoint.js';

/**
 * Keeps a run's state in a file (in Node), which is whole at every moment, also when the process is killed. One run at a
 * time: loading it removes what an earlier one left half-written.
 */
export function checkpointFile(path: string): CheckpointStore {
  check('checkpointFile', { path: [path, kind.text] });
  return {
    name: JSON.stringify(path),
    load: async () => {
      await removeLeftovers(path);
      return readFileBytes(path).catch((error: unknown) => {
        if (error instanceof OneirosError && error.code === 'not-found') return null;
        throw error;
      });
    },
    save: (bytes) => writeFileAtomic(path, bytes),
  };
}
