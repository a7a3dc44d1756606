import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadFrom } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import { segmenterGraphKinds, type SegmenterGraphOptions, segmenterOf } from './onnx-segmenter.js';
import type { Segmenter } from './segmenter.js';
import { UNet } from './unet.js';

/**
 * The names that `loadSegmenter` accepts together with `weights`. All mean a U-Net; the weights determine the variant.
 */
export const segmenterNames: readonly string[] = ['unet', 'retina-unet', 'brain-unet'];

export interface LoadSegmenterOptions extends SegmenterGraphOptions {
  /** The weights of a network that is loaded by name. @default the weights of the catalog's model with that name */
  readonly weights?: WeightsSource | undefined;
  /** How to download a model of the catalog. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadSegmenterOptions> = {
  ...segmenterGraphKinds,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/**
 * Loads a segmenter: a U-Net by name, with weights or from the catalog (which downloads the model on first use); or,
 * from an ONNX file, any network that gives one plane of scores for each class of a picture.
 *
 *     await using network = await loadSegmenter('unet', { weights: 'unet.safetensors' });
 *
 * @param source a name (of `segmenterNames` with `weights`, or of the catalog); a path that ends in .onnx; an address,
 *   a `URL` or a `File`; the bytes of an ONNX file; or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes
 *   none; `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if it has no output
 *   with planes
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
      kind: 'segmenter',
      names: segmenterNames,
      build: (_, source) => buildSegmenter(source, settings),
      open: (graph, entry) => openSegmenter(graph, settings, entry),
    },
    { weights, pull },
  );
}

/** Builds a network of `segmenterNames` from its weights. */
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
