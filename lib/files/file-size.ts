import { stat } from 'node:fs/promises';

/** The size in bytes of the file at a path; `null` if there is nothing, or not a file. */
export async function fileSize(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
}
