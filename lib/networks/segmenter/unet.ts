import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/options.js';
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
import { marginOf } from '../../models/unet/sizes.js';
import {
  dialectTraits,
  type UNetActivation,
  unetTraitKinds,
  type UNetTraits,
  unetTraits,
} from '../../models/unet/traits.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { describeNames, translate } from '../../weights/dialect.js';
import { unetDialects } from '../../weights/dialects/unet.js';
import { type OpenWeights, type WeightsSource, withWeights } from '../source.js';
import { Segmenter, type SegmenterParts } from './segmenter.js';
import type { Tiling } from './tiling.js';

export interface UNetOptions extends Partial<UNetTraits> {
  /** Names of the classes, the background first. @default as the file says; else as its project has them; else by number */
  readonly classes?: readonly string[] | undefined;
  /** What label pictures show the classes by. @default as the file says; else as `Segmenter.values` */
  readonly values?: readonly LabelValue[] | undefined;
  /** What of RGB in [0, 1] a network of three channels was trained on. @default as the file says; else RGB as it is */
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

/** What projects trained their networks for, by the dialect's name. */
const knownClasses: Readonly<Record<string, readonly string[]>> = {
  'retina-unet': ['background', 'vessel'],
  mateuszbuda: ['background', 'tumour'],
};

/** A U-Net (Ronneberger et al. 2015) of any depth and widths. */
export class UNet extends Segmenter {
  /**
   * Loads weights named as by milesial/Pytorch-UNet, mateuszbuda/brain-segmentation-pytorch, orobix/retina-unet, or this
   * library. What the weights do not tell (padding, how features are resized, what the scores become) is as that project
   * has it, unless the options say otherwise. A network of one channel sees the picture's luminance.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or another network's; `unsupported` for
   *   another number of channels than 1 and 3
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
  const translation = translate(stored, unetDialects);
  const { weights, dialect } = translation;
  const parameters = await loadUNet(weights);
  const planes = outputsOf(parameters.head);
  const traits = traitsOf(dialect, planes, given);
  const exclusive = traits.activation === 'softmax';
  const said = readNetworkMetadata(metadata);
  const input = preprocessing === undefined ? said.input : preprocessingOf(preprocessing);
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
    classes: classes ?? said.classes ?? namesOf(dialect, planes, exclusive),
    values: values ?? valuesFor(exclusive ? planes : planes + 1, said),
    size: null,
    tiling: tilingOf(parameters, traits),
    standardize: dialect === 'mateuszbuda' && input === undefined,
  };
}

type LearnedActivation = UNetTraits & { readonly activation: Exclude<UNetActivation, 'none'> };

/** Scores of one class are that of an object, of several those of classes that exclude one another. */
function traitsOf(dialect: string, planes: number, given: Partial<UNetTraits>): LearnedActivation {
  const traits = withDefaults({ ...unetTraits, ...own(dialectTraits, dialect) }, given);
  const { activation } = traits;
  if (activation !== 'none') return { ...traits, activation };
  return { ...traits, activation: planes === 1 ? 'sigmoid' : 'softmax' };
}

/** What makes the network's own input of RGB in [0, 1]. */
function preparation({ encoder }: UNetParameters, input: Preprocessing | undefined) {
  const channels = encoder[0]![0].weight.dims[1]!;
  if (channels === 1) return luminance;
  if (channels !== 3)
    throw new OneirosError(
      'unsupported',
      `these weights take ${channels} channels; a picture has 3, or 1 as luminance`,
    );
  return (b: Builder, image: Value) => (input === undefined ? image : preprocess(b, image, input, 'data'));
}

function namesOf(dialect: string, planes: number, exclusive: boolean): readonly string[] {
  const count = exclusive ? planes : planes + 1;
  const known = own(knownClasses, dialect);
  if (known?.length === count) return known;
  return unnamed(count);
}

/**
 * How far a pixel's influence reaches: what two 3×3 convolutions a block come to, what pooling rounds to, and twice as much
 * again where pixels are made in between by interpolation.
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
