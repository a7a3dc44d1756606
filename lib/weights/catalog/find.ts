import { OneirosError } from '../../base/errors.js';
import { nearest } from '../../base/nearest-names.js';
import type { Catalog, CatalogEntry, Task } from './entry.js';

/** Finds a model by name, ignoring case and treating dashes and underscores as equal. */
export function findEntry(catalog: Catalog, name: string): CatalogEntry | undefined {
  return catalog.get(name) ?? [...catalog.values()].find((entry) => plain(entry.name) === plain(name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * Finds a model by name and checks its task.
 * @param task `undefined` accepts any task
 * @throws OneirosError `bad-argument` if there is no such model, or it is for another task
 */
export function entryFor(catalog: Catalog, name: string, task?: Task): CatalogEntry {
  const entry = findEntry(catalog, name);
  if (entry === undefined)
    throw new OneirosError(
      'bad-argument',
      `the catalog has no model ${JSON.stringify(name)}; near names: ${nearest(name, namesFor(catalog, task)).join(', ')}`,
    );
  if (task !== undefined && entry.task !== task)
    throw new OneirosError(
      'bad-argument',
      `${entry.name} is a network that ${verbs[entry.task]}, and cannot be loaded as one that ${verbs[task]}`,
    );
  return entry;
}

const verbs: Readonly<Record<Task, string>> = {
  classify: 'classifies or has features',
  detect: 'detects',
  segment: 'segments',
};

/** The names of all models for a task; without one, of all models. */
export function namesFor(catalog: Catalog, task?: Task): readonly string[] {
  return [...catalog.values()]
    .filter((entry) => task === undefined || entry.task === task)
    .map((entry) => entry.name);
}
