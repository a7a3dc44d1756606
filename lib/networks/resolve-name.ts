import { locateModel } from '#catalog';
import { OneirosError } from '../base/errors.js';
import type { CatalogEntry, Task } from '../weights/catalog/entry.js';
import type { PullOptions } from '../weights/catalog/pull-options.js';
import type { Weights } from '../weights/weights.js';
import type { ModelSource, WeightsSource } from './source.js';

/** How one kind of network is loaded. */
export interface Facade<T> {
  /** The task that a model of the catalog must have. @default any task */
  readonly task?: Task;
  /** The word for it in errors: `network`, `detector`. */
  readonly kind: string;
  /** The names that `build` accepts. */
  readonly names: readonly string[];
  readonly build: (name: string, weights: WeightsSource) => Promise<T>;
  /** Opens an ONNX graph, with its catalog entry, if any. */
  readonly open: (source: ModelSource, entry?: CatalogEntry) => Promise<T>;
}

export interface ByNameOptions {
  readonly weights: WeightsSource | undefined;
  readonly pull: PullOptions | undefined;
  /** If only a part of the weights is needed: computes the number of bytes from the file's directory of tensors. */
  readonly partial?: ((weights: Weights, entry: CatalogEntry) => number) | undefined;
}

/**
 * Loads a network: from a graph, by a path or an address, by one of `names` with weights, or by the name of a model of
 * the catalog, which is downloaded if it is not stored yet.
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes
 *   none; `not-found` if no source has the model
 */
export async function loadFrom<T>(
  model: ModelSource,
  facade: Facade<T>,
  { weights, pull, partial }: ByNameOptions,
): Promise<T> {
  if (typeof model !== 'string') {
    if (weights === undefined) return facade.open(model);
    throw new OneirosError('bad-argument', 'the model brings its own weights: leave `weights` out');
  }
  const known = isAmong(facade.names, model);
  if (known && weights !== undefined) return facade.build(model, weights);
  if (weights === undefined && isFile(model)) return facade.open(model);
  if (weights !== undefined && !known)
    throw new OneirosError('bad-argument', `${model} brings its own weights: leave \`weights\` out`);
  await using located = await locateModel(model, facade.task, { ...pull, partial });
  if (located === null)
    throw new OneirosError(
      'bad-argument',
      known
        ? `${model} needs weights: a safetensors file or a PyTorch checkpoint`
        : `there is no ${facade.kind} ${JSON.stringify(model)}: expected one of ${facade.names.join(', ')}, a model of the catalog (oneiros models list), or a path that ends in .onnx`,
    );
  const { entry, source } = located;
  if (entry.architecture === 'onnx' && typeof source === 'string') return await facade.open(source, entry);
  if (isAmong(facade.names, entry.architecture)) return await facade.build(entry.architecture, source);
  throw new OneirosError(
    'bad-input',
    `the catalog lists ${entry.name} with the architecture ${entry.architecture}, which is not a known ${facade.kind}: expected one of ${facade.names.join(', ')}`,
  );
}

/** Whether a text is a path that ends in .onnx, or an address; any other text is a name. */
function isFile(model: string): boolean {
  // A single letter before a colon is a drive.
  return /\.onnx$/i.test(model) || /^[a-z][a-z\d+.-]+:/i.test(model);
}

/** Whether a name is in the list; dashes and underscores are equivalent. */
export function isAmong(names: readonly string[], name: string): boolean {
  return names.some((known) => known.replaceAll('_', '-') === name.replaceAll('_', '-'));
}
