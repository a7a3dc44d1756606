import { locateModel } from '#catalog';
import { OneirosError } from '../base/errors.js';
import type { CatalogEntry, Task } from '../weights/catalog/entry.js';
import type { PullOptions } from '../weights/catalog/pull-options.js';
import type { Weights } from '../weights/weights.js';
import type { ModelSource, WeightsSource } from './source.js';

/** How one kind of network is loaded. */
export interface Facade<T> {
  /** What models of the catalog must do. @default any task */
  readonly task?: Task;
  /** What it is called in errors: `network`, `detector`. */
  readonly kind: string;
  /** What it builds from weights. */
  readonly names: readonly string[];
  readonly build: (name: string, weights: WeightsSource) => Promise<T>;
  /** Makes it of a graph, which the catalog may tell something about. */
  readonly open: (source: ModelSource, entry?: CatalogEntry) => Promise<T>;
}

export interface ByNameOptions {
  readonly weights: WeightsSource | undefined;
  readonly pull: PullOptions | undefined;
  /** If only a part of the weights is going to be read: how many bytes, of what the file has. */
  readonly partial?: ((weights: Weights, entry: CatalogEntry) => number) | undefined;
}

/**
 * Loads a network: from a graph; by a path or an address; by one of `names` together with its weights; without weights by
 * the name of a model of the catalog, which is pulled if it is not here yet.
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; `not-found` for a model
 *   that is not here and cannot be had
 */
export async function loadFrom<T>(
  model: ModelSource,
  facade: Facade<T>,
  { weights, pull, partial }: ByNameOptions,
): Promise<T> {
  if (typeof model !== 'string') {
    if (weights === undefined) return facade.open(model);
    throw new OneirosError('bad-argument', 'the model brings its own weights; leave `weights` out');
  }
  const known = isAmong(facade.names, model);
  if (known && weights !== undefined) return facade.build(model, weights);
  if (weights === undefined && isFile(model)) return facade.open(model);
  if (weights !== undefined && !known)
    throw new OneirosError('bad-argument', `${model} brings its own weights; leave the others away`);
  await using located = await locateModel(model, facade.task, { ...pull, partial });
  if (located === null)
    throw new OneirosError(
      'bad-argument',
      known
        ? `${model} needs weights: a safetensors file or a PyTorch checkpoint`
        : `there is no ${facade.kind} ${JSON.stringify(model)}: it is one of ${facade.names.join(', ')}, a model of the catalog (oneiros models list), or a file that ends in .onnx`,
    );
  const { entry, source } = located;
  if (entry.architecture === 'onnx' && typeof source === 'string') return await facade.open(source, entry);
  if (isAmong(facade.names, entry.architecture)) return await facade.build(entry.architecture, source);
  throw new OneirosError(
    'bad-input',
    `the catalog says that ${entry.name} is built as ${entry.architecture}, which is no ${facade.kind} that is known here`,
  );
}

/** A path that ends in .onnx, or any address; all else is a name. */
function isFile(model: string): boolean {
  // One letter before a colon is a drive.
  return /\.onnx$/i.test(model) || /^[a-z][a-z\d+.-]+:/i.test(model);
}

/** Dashes and underscores are the same. */
export function isAmong(names: readonly string[], name: string): boolean {
  return names.some((known) => known.replaceAll('_', '-') === name.replaceAll('_', '-'));
}
