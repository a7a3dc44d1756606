import { locate } from '#catalog';
import type { Task } from './entry.js';
import type { Located, LocateOptions } from './located.js';

/**
 * Finds a model of the catalog, and pulls it where it is not here yet; `null` if the catalog has none of that name. In
 * browsers catalog and models lie where `mirror` says, which is where a page's host has put `onnx-models/`.
 * @throws OneirosError `bad-argument` if it does something else than `task`, where one is given; `not-found` if its file is neither here nor to
 *   be had; as `pullModel` does
 */
export async function locateModel(
  name: string,
  task: Task | undefined,
  options: LocateOptions = {},
): Promise<Located | null> {
  return locate(name, task, options);
}
