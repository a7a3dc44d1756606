import { readFileBytes } from '#files/read';
import { removeLeftovers, writeFileAtomic } from '#files/write';
import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

/** A store of a run's state: a file (`checkpointFile`), or any other store of bytes. */
export interface CheckpointStore {
  /** Its name in errors, such as the path of a file. @default "the checkpoint" */
  readonly name?: string | undefined;
  /** The last saved bytes; `null` if there are none. */
  load(): Promise<Uint8Array | null>;
  /** Replaces the saved bytes, atomically. */
  save(bytes: Uint8Array): Promise<void>;
}

/** The name of a checkpoint in errors. */
export function nameOf(checkpoint: CheckpointStore | undefined): string {
  return checkpoint?.name ?? 'the checkpoint';
}

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
