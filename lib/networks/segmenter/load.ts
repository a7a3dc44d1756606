import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { LabelValue } from '../../labels/classes.js';
import { headKinds, type HeadOptions } from '../../models/input/class-head.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadByName } from '../resolve-name.js';
import type { WeightsSource } from '../source.js';
import { openSegmenter } from './onnx-segmenter.js';
import type { Segmenter } from './segmenter.js';
import { UNet } from './unet.js';

/** The words for a U-Net; which project's it is, its weights tell. */
export const segmenterNames: readonly string[] = ['unet', 'retina-unet', 'brain-unet'];

export interface LoadSegmenterOptions extends HeadOptions {
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
  readonly classes?: readonly string[] | undefined;
  /** What label pictures show the classes by. @default as the file says; else as `Segmenter.values` */
  readonly values?: readonly LabelValue[] | undefined;
  readonly placement?: Placement | undefined;
}

const loadKinds: OptionKinds<LoadSegmenterOptions> = {
  ...headKinds,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
  classes: kind.texts,
  values: kind.labelValues,
  placement: optionsOf(placementKinds),
};

/**
 * Loads a U-Net by name, or opens an ONNX file. Without weights a name is one of the catalog's, whose model is pulled when
 * it is needed for the first time.
 * @param model one of `segmenterNames` with its weights, a name of the catalog, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; `not-found` for a model
 *   that is not here and cannot be had; as `UNet.load` and `openSegmenter` do
 */
export async function loadSegmenter(model: string, options: LoadSegmenterOptions = {}): Promise<Segmenter> {
  check('loadSegmenter', { model: [model, kind.text] }, options, loadKinds);
  const { weights, pull, head, activation, ...settings } = options;
  return loadByName<Segmenter>(
    model,
    {
      task: 'segment',
      kind: 'network that segments',
      names: segmenterNames,
      build: (_, source) => UNet.load(source, settings),
      open: (path, entry) =>
        openSegmenter(path, {
          ...settings,
          head,
          activation,
          ...(entry !== undefined && { name: entry.name }),
        }),
    },
    { weights, pull },
  );
}
