import { type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Size } from '../../image/image.js';
import { type LabelValue, unnamed } from '../../labels/classes.js';
import { anatomyOf } from '../../models/diagram/diagram.js';
import { headKinds, type HeadOptions } from '../../models/input/class-head.js';
import type { Preprocessing, PreprocessingName } from '../../models/input/preprocessing.js';
import { readNetworkMetadata, valuesFor } from '../../models/metadata.js';
import { marginOf } from '../../models/unet/sizes.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { Shape } from '../../onnx/graph/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { foreignGraph, foreignParts } from '../generic-onnx.js';
import { planesOf } from './class-planes.js';
import { isWhole, type KnownSegmenter, knownSegmenterFor } from './known-segmenters.js';
import { Segmenter, type SegmenterParts } from './segmenter.js';
import type { Tiling } from './tiling.js';

/** The options of a segmenter that is made of a graph. */
export interface SegmenterGraphOptions extends HeadOptions {
  /** What to call a network of a file. @default the file's name */
  readonly name?: string | undefined;
  /** What of RGB in [0, 1] it was trained on. @default as is known of it, or its metadata `input` says; else RGB as it is */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  /** Names of the classes. @default as is known of it, or its metadata `classes` says; else by number, the first being the background */
  readonly classes?: readonly string[] | undefined;
  /** What label pictures show the classes by. @default as its metadata `class_values` says; else as `Segmenter.values` */
  readonly values?: readonly LabelValue[] | undefined;
  /** Where it runs. @default as ONNX Runtime chooses */
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

/** What tiles of a network without a way down have to respect, to be on the safe side. */
const cautious = { grid: 32, context: 96 };

/** Of a network that goes down and up what a U-Net as deep would need that makes pixels by interpolation. */
function tilingFor(model: Model): Omit<Tiling, 'tile'> {
  const grid = anatomyOf(model)?.levels.at(-1)?.scale;
  return grid === undefined ? cautious : { grid, context: marginOf({ grid, loss: 4 }) + 3 * grid };
}

/**
 * Any network that makes of one picture one plane of scores for each class (an output of four axes, the classes first or
 * last). Of several planes the scores become probabilities by a softmax, of one by a sigmoid, unless the graph makes them
 * probabilities already.
 * @throws OneirosError `unsupported` if it makes no such planes
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
  const graph = foreignGraph(model, called, {
    preprocessing: options.preprocessing ?? known?.preprocessing,
  });
  const found = planesOf(graph, called, { ...options, head: options.head ?? known?.signature.output });
  const { value, planes, exclusive, about } = found;
  const parts = foreignParts(graph, called, options.placement);
  const count = planes + (exclusive ? 0 : 1);
  const said = readNetworkMetadata(model.metadata);
  return {
    ...parts,
    notes: [...notes, ...(parts.notes ?? []), `${called}: ${about}`],
    probabilities: value.name,
    planes,
    exclusive,
    classes: options.classes ?? known?.classes ?? said.classes ?? unnamed(count),
    values: options.values ?? valuesFor(count, said),
    size: fixedSize(graph.shape),
    tiling: tilingFor(model),
    standardize: said.standardizes === true,
  };
}

/** The published network that a model is, and what to say of that. */
function recognized({ graph }: Model): {
  readonly known?: KnownSegmenter;
  readonly notes: readonly string[];
} {
  const [input] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const known = knownSegmenterFor(input?.name ?? '', input?.type?.shape ?? [], graph.outputs[0]?.name ?? '');
  if (known === undefined) return { notes: [] };
  return isWhole(known, graph)
    ? { known, notes: [`recognized as ${known.name}, whose input and classes are known`] }
    : {
        notes: [
          `its input and output are called as ${known.name}’s, but it has other weights: not taken for it`,
        ],
      };
}

function fixedSize([, , height, width]: Shape): Size | null {
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
}
