import { stat } from 'node:fs/promises';

/** The bytes of the file at a path; `null` if there is none, or it is no file. */
export async function fileSize(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
}
