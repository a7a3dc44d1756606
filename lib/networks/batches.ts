/**
 * Computes many items in groups of `size`. While one group is computed, the next one is fetched and passed to `compute`
 * already, so that its preparation overlaps with the run of the network. At most two groups are in memory.
 * @param compute returns one result for each item, in order
 */
export async function* inBatches<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  size: number,
  compute: (group: readonly T[]) => Promise<readonly R[]>,
): AsyncGenerator<R, void> {
  let running: Promise<readonly R[]> | null = null;
  for await (const group of inGroups(items, size)) {
    const done = running;
    running = compute(group);
    // If the group before fails first, nothing awaits this promise: without a handler, its failure would be unhandled.
    running.catch(() => undefined);
    if (done !== null) yield* await done;
  }
  if (running !== null) yield* await running;
}

async function* inGroups<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<readonly T[], void> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
