import { type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { type LabelValue, unnamed } from '../../labels/classes.js';
import { anatomyOf } from '../../models/diagram/diagram.js';
import { headKinds, type HeadOptions } from '../../models/input/class-head.js';
import type { Preprocessing, PreprocessingName } from '../../models/input/preprocessing.js';
import { readNetworkMetadata, valuesFor } from '../../models/metadata.js';
import { marginOf } from '../../models/unet/sizes.js';
import type { Model, Shape } from '../../onnx/graph/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { genericGraph, genericParts } from '../generic-onnx.js';
import { planesOf } from './class-planes.js';
import { hasParametersOf, type KnownSegmenter, knownSegmenterFor } from './known-segmenters.js';
import { Segmenter, type SegmenterParts } from './segmenter.js';
import type { Tiling } from './tiling.js';

/** The options of a segmenter from an ONNX graph. */
export interface SegmenterGraphOptions extends HeadOptions {
  /** A name for the network of an ONNX file. @default the file's name */
  readonly name?: string | undefined;
  /**
   * The preprocessing it was trained with.
   * @default that of the published network, if recognized, or the metadata `input`; otherwise RGB in [0, 1] unchanged
   */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  /**
   * Names of the classes.
   * @default those of the published network, if recognized, or the metadata `classes`; otherwise by number, background
   *   first
   */
  readonly classes?: readonly string[] | undefined;
  /**
   * The values of the classes in label pictures.
   * @default the metadata `class_values`; otherwise as `SegmenterParts.values`
   */
  readonly values?: readonly LabelValue[] | undefined;
  /** Where it runs. @default ONNX Runtime's choice */
  readonly placement?: Placement | undefined;
}

export const segmenterGraphKinds: OptionKinds<SegmenterGraphOptions> = {
  ...headKinds,
  name: kind.text,
  preprocessing: kind.preprocessing,
  classes: kind.texts,
  values: kind.labelValues,
  placement: optionsOf(placementKinds),
};

/** Conservative tiling for networks whose structure is unknown. */
const cautious = { grid: 32, context: 96 };

/** For a network with skip connections, the tiling of an equally deep U-Net that upsamples by interpolation. */
function tilingFor(model: Model): Omit<Tiling, 'tile'> {
  const grid = anatomyOf(model)?.levels.at(-1)?.scale;
  return grid === undefined ? cautious : { grid, context: marginOf({ grid, loss: 4 }) + 3 * grid };
}

/**
 * Opens any network that gives one plane of scores for each class of a picture (an output with four axes, channels
 * first or last). Scores become probabilities by a softmax, or by a sigmoid if there is one plane, unless the graph
 * gives probabilities.
 * @throws OneirosError `unsupported` if it has no output with planes
 */
export function segmenterOf(
  model: Model,
  { name = 'the network', ...options }: SegmenterGraphOptions = {},
): Segmenter {
  return new Segmenter(segmenterParts(model, name, options));
}

function segmenterParts(model: Model, name: string, options: SegmenterGraphOptions): SegmenterParts {
  const { known, notes } = recognized(model);
  const called = known?.name ?? name;
  const graph = genericGraph(model, called, {
    preprocessing: options.preprocessing ?? known?.preprocessing,
  });
  const found = planesOf(graph, called, { ...options, head: options.head ?? known?.signature.output });
  const { value, planes, exclusive, about } = found;
  const parts = genericParts(graph, called, options.placement);
  const count = planes + (exclusive ? 0 : 1);
  const stated = readNetworkMetadata(model.metadata);
  return {
    ...parts,
    notes: [...notes, ...(parts.notes ?? []), `${called}: ${about}`],
    probabilities: value.name,
    planes,
    exclusive,
    classes: options.classes ?? known?.classes ?? stated.classes ?? unnamed(count),
    values: options.values ?? valuesFor(count, stated),
    size: fixedSize(graph.shape),
    tiling: tilingFor(model),
    standardize: stated.standardizes === true,
  };
}

/** The published network that a model is recognized as, if any, and notes about it. */
function recognized({ graph }: Model): {
  readonly known?: KnownSegmenter;
  readonly notes: readonly string[];
} {
  const [input] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const known = knownSegmenterFor(input?.name ?? '', input?.type?.shape ?? [], graph.outputs[0]?.name ?? '');
  if (known === undefined) return { notes: [] };
  return hasParametersOf(known, graph)
    ? { known, notes: [`recognized as ${known.name}, whose input and classes are known`] }
    : {
        notes: [
          `its input and output have the names of ${known.name}’s, but it has other weights: not recognized as ${known.name}`,
        ],
      };
}

function fixedSize([, , height, width]: Shape): Size | null {
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
}
