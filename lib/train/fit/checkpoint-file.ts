import { readFileBytes } from '#files/read';
import { removeLeftovers, writeFileAtomic } from '#files/write';
import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { CheckpointStore } from './checkpoint.js';

/**
 * Stores a run's state in a file (only in Node). Writes are atomic: the file is complete even if the process is killed.
 * Use one file for one run at a time, because loading removes temporary files of earlier runs.
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
