import { resolve } from 'node:path';

import { distinctIds, imageIdOf, type ImageIds, readImageIds } from '../../metrics/io/image-ids.js';
import type { Terminal } from '../terminal/terminal.js';
import { about, fileChunks } from './input-files.js';

/**
 * The id of each picture for a COCO file: from annotations or, without them, the last number in its name.
 * @throws OneirosError `bad-argument` if two pictures would have the same id; as `readImageIds` does
 */
export async function imageIds(
  paths: readonly string[],
  annotations: string | undefined,
  terminal: Terminal,
): Promise<ImageIds> {
  if (annotations === undefined) return distinctIds(paths, imageIdOf);
  const moved: string[] = [];
  const onOtherFolder = (path: string, fileName: string) =>
    moved.push(`${JSON.stringify(path)} as ${JSON.stringify(fileName)}`);
  const named = await about(annotations, () => readImageIds(fileChunks(annotations), { onOtherFolder }));
  const ids = distinctIds(paths, (path) => named(resolve(path)));
  if (moved.length > 0)
    terminal.say(`pictures in other folders than in the annotations are matched by their names: ${moved[0]}`);
  return ids;
}
