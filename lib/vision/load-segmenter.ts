import { check, type OptionKinds, optionsOf } from '../arguments.js';
import { kind } from '../kinds.js';
import { placementKinds } from '../runtime/session.js';
import { loadByName } from '../models/by-name.js';
import type { Placement } from '../models/network.js';
import type { WeightsSource } from '../models/source.js';
import { type PullOptions, pullKinds } from '../weights/catalog/pull-options.js';
import { openSegmenter } from './foreign-segmenter.js';
import type { Segmenter } from './segmenter.js';
import { UNet } from './unet.js';

/** The words for a U-Net; which project's it is, its weights tell. */
export const segmenterNames: readonly string[] = ['unet', 'retina-unet', 'brain-unet'];

export interface LoadSegmenterOptions {
  /** The weights of a network that is given by name. @default those of the catalogue's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalogue is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

const loadKinds: OptionKinds<LoadSegmenterOptions> = {
  weights: kind.weights,
  pull: optionsOf(pullKinds),
  classes: kind.texts,
  placement: optionsOf(placementKinds),
};

/**
 * Loads a U-Net by name, or opens an ONNX file. Without weights a name is one of the catalogue's, whose model is pulled when
 * it is needed for the first time.
 * @param model one of `segmenterNames` with its weights, a name of the catalogue, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; `not-found` for a model
 *   that is not here and cannot be had; as `UNet.load` and `openSegmenter` do
 */
export async function loadSegmenter(model: string, options: LoadSegmenterOptions = {}): Promise<Segmenter> {
  check('loadSegmenter', { model: [model, kind.text] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadByName<Segmenter>(
    model,
    {
      task: 'segment',
      kind: 'network that segments',
      names: segmenterNames,
      build: (_, source) => UNet.load(source, settings),
      open: (path, entry) =>
        openSegmenter(path, { ...settings, ...(entry !== undefined && { name: entry.name }) }),
    },
    { weights, pull },
  );
}
