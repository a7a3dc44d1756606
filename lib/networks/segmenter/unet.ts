import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { own } from '../../base/own.js';
import { type LabelValue, unnamed } from '../../labels/classes.js';
import {
  luminance,
  preprocess,
  type Preprocessing,
  type PreprocessingName,
  preprocessingOf,
} from '../../models/input/preprocessing.js';
import { readNetworkMetadata, valuesFor } from '../../models/metadata.js';
import { buildUNet } from '../../models/unet/build.js';
import { loadUNet, outputsOf, type UNetParameters } from '../../models/unet/parameters.js';
import {
  traitsByScheme,
  type UNetActivation,
  unetTraitKinds,
  type UNetTraits,
  unetTraits,
} from '../../models/unet/settings.js';
import { marginOf } from '../../models/unet/sizes.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { describeNames, translate } from '../../weights/tensor-names/translate.js';
import { unetNames } from '../../weights/tensor-names/unet.js';
import { type OpenWeights, type WeightsSource, withWeights } from '../source.js';
import { Segmenter, type SegmenterParts } from './segmenter.js';
import type { Tiling } from './tiling.js';

export interface UNetOptions extends Partial<UNetTraits> {
  /** Names of the classes, the background first. @default the file's; otherwise those of its project, or by number */
  readonly classes?: readonly string[] | undefined;
  /** The values of the classes in label pictures. @default the file's; otherwise as `SegmenterParts.values` */
  readonly values?: readonly LabelValue[] | undefined;
  /** The preprocessing of a network with three channels. @default the file's; otherwise RGB in [0, 1] unchanged */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  readonly placement?: Placement | undefined;
}

const unetKinds: OptionKinds<UNetOptions> = {
  ...unetTraitKinds,
  classes: kind.texts,
  values: kind.labelValues,
  preprocessing: kind.preprocessing,
  placement: optionsOf(placementKinds),
};

/** The classes of projects' networks, by the naming scheme of their weights. */
const knownClasses: Readonly<Record<string, readonly string[]>> = {
  'retina-unet': ['background', 'vessel'],
  mateuszbuda: ['background', 'tumour'],
};

/** A U-Net (Ronneberger et al. 2015) of any depth and widths. */
export class UNet extends Segmenter {
  /**
   * Loads weights with the names of milesial/Pytorch-UNet, mateuszbuda/brain-segmentation-pytorch, orobix/retina-unet,
   * or oneiros. Settings that do not follow from weights (padding, interpolation, activation) default to those of that
   * project. A network with one channel gets the picture's luminance.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network;
   *   `unsupported` unless the network has 1 or 3 channels
   */
  static async load(source: WeightsSource, options: UNetOptions = {}): Promise<UNet> {
    check('UNet.load', { source: [source, kind.weights] }, options, unetKinds);
    return withWeights(source, async (checkpoint) => new UNet(await assemble(checkpoint, options)));
  }
}

async function assemble(
  { weights: stored, metadata }: OpenWeights,
  { classes, values, preprocessing, placement, ...given }: UNetOptions,
): Promise<SegmenterParts> {
  const translation = translate(stored, unetNames);
  const { weights, scheme } = translation;
  const parameters = await loadUNet(weights);
  const planes = outputsOf(parameters.head);
  const traits = traitsOf(scheme, planes, given);
  const exclusive = traits.activation === 'softmax';
  const stated = readNetworkMetadata(metadata);
  const input = preprocessing === undefined ? stated.input : preprocessingOf(preprocessing);
  const { model, layers } = buildUNet(parameters, {
    ...traits,
    shape: [1, 3, 'height', 'width'],
    prepare: preparation(parameters, input),
  });
  return {
    name: 'U-Net',
    model,
    image: 'image',
    layers,
    notes: [`U-Net, weights ${describeNames(translation)}: ${describe(parameters, traits)}`],
    placement,
    probabilities: 'probabilities',
    planes,
    exclusive,
    classes: classes ?? stated.classes ?? namesOf(scheme, planes, exclusive),
    values: values ?? valuesFor(exclusive ? planes : planes + 1, stated),
    size: null,
    tiling: tilingOf(parameters, traits),
    standardize: scheme === 'mateuszbuda' && input === undefined,
  };
}

type LearnedActivation = UNetTraits & { readonly activation: Exclude<UNetActivation, 'none'> };

/** The activation defaults to a sigmoid for one plane, and to a softmax for several. */
function traitsOf(scheme: string, planes: number, given: Partial<UNetTraits>): LearnedActivation {
  const traits = withDefaults({ ...unetTraits, ...own(traitsByScheme, scheme) }, given);
  const { activation } = traits;
  if (activation !== 'none') return { ...traits, activation };
  return { ...traits, activation: planes === 1 ? 'sigmoid' : 'softmax' };
}

/** The preprocessing from RGB in [0, 1] to the network's input. */
function preparation({ encoder }: UNetParameters, input: Preprocessing | undefined) {
  const channels = encoder[0]![0].weight.dims[1]!;
  if (channels === 1) return luminance;
  if (channels !== 3)
    throw new OneirosError(
      'unsupported',
      `these weights take ${channels} channels; expected 3, or 1 for luminance`,
    );
  return (b: Builder, image: Value) => (input === undefined ? image : preprocess(b, image, input, 'data'));
}

function namesOf(scheme: string, planes: number, exclusive: boolean): readonly string[] {
  const count = exclusive ? planes : planes + 1;
  const known = own(knownClasses, scheme);
  if (known?.length === count) return known;
  return unnamed(count);
}

/**
 * The context is the reach of two 3×3 convolutions in each block, plus one grid step for pooling, and two more if the
 * network interpolates.
 */
function tilingOf({ climbs }: UNetParameters, { resize }: UNetTraits): Omit<Tiling, 'tile'> {
  const grid = 2 ** climbs.length;
  const interpolates = climbs.includes(null) && resize === 'bilinear';
  return { grid, context: marginOf({ grid, loss: 4 }) + (interpolates ? 3 : 1) * grid };
}

function describe({ encoder, climbs }: UNetParameters, { padding, resize, activation }: UNetTraits): string {
  const widths = encoder.map(([, last]) => outputsOf(last)).join(', ');
  const climb = climbs.includes(null) ? `${resize} upsampling` : 'transposed convolutions';
  const norm = encoder[0]![0].norm === null ? 'no batch norm' : 'batch norm';
  return `widths ${widths}, ${padding} padding, ${climb}, ${norm}, ${activation}`;
}
