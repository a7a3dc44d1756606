import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadFrom } from '../resolve-name.js';
import type { WeightsSource } from '../source.js';
import { type ModelSource, nameOfSource, readModelSource } from '../source.js';
import { segmenterGraphKinds, type SegmenterGraphOptions, segmenterOf } from './onnx-segmenter.js';
import type { Segmenter } from './segmenter.js';
import { UNet } from './unet.js';

/** The words for a U-Net; which project's it is, its weights tell. */
export const segmenterNames: readonly string[] = ['unet', 'retina-unet', 'brain-unet'];

export interface LoadSegmenterOptions extends SegmenterGraphOptions {
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadSegmenterOptions> = {
  ...segmenterGraphKinds,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/**
 * Loads a network that segments: a U-Net by name, with its weights or from the catalog, whose model is pulled when it is
 * needed for the first time; or from an ONNX file any network that makes of one picture one plane of scores for each class.
 *
 *     await using network = await loadSegmenter('unet', { weights: 'unet.safetensors' });
 *
 * @param source a name (one of `segmenterNames` with its weights, or one of the catalog); a path that ends in .onnx; an
 *   address, a `URL` or a `File`; the bytes of an ONNX file, or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes none;
 *   `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if it makes no such planes
 */
export async function loadSegmenter(
  source: ModelSource,
  options: LoadSegmenterOptions = {},
): Promise<Segmenter> {
  check('loadSegmenter', { source: [source, kind.networkSource] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadFrom<Segmenter>(
    source,
    {
      task: 'segment',
      kind: 'network that segments',
      names: segmenterNames,
      build: (_, source) => buildSegmenter(source, settings),
      open: (graph, entry) => openSegmenter(graph, settings, entry),
    },
    { weights, pull },
  );
}

/** One of `segmenterNames` from its weights. */
export function buildSegmenter(
  weights: WeightsSource,
  { classes, values, preprocessing, placement }: SegmenterGraphOptions,
): Promise<Segmenter> {
  return UNet.load(weights, { classes, values, preprocessing, placement });
}

async function openSegmenter(
  source: ModelSource,
  options: SegmenterGraphOptions,
  entry?: CatalogEntry,
): Promise<Segmenter> {
  const model = await readModelSource(source);
  const name = entry?.name ?? options.name ?? nameOfSource(source) ?? model.graph.name;
  return segmenterOf(model, { ...options, name: name || 'the network' });
}
