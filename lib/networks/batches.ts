/**
 * Computes many items in groups of a size. While one group is computed the next is fetched, and handed to `compute` as well:
 * what that does before it waits for the network is done meanwhile. So two groups are held at a time.
 * @param compute gives one result for each item, in order
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
    // If the one before fails first, this one's failure is nobody's.
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
