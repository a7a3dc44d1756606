import { type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import {
  type Architecture,
  buildNetwork,
  type BuildOptions,
  type Stage,
} from '../../models/classifiers/architecture.js';
import type { Padding } from '../../models/classifiers/layer-builder.js';
import type { ClassHead, Headless } from '../../models/input/class-head.js';
import {
  formatPreprocessing,
  type Preprocessing,
  type PreprocessingName,
  preprocessingOf,
} from '../../models/input/preprocessing.js';
import { readNetworkMetadata } from '../../models/metadata.js';
import type { Model } from '../../onnx/graph/graph.js';
import { makerOf } from '../../onnx/graph/maker-of.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { describeNames, type NamingSchemes, translate } from '../../weights/tensor-names/translate.js';
import { findLayer } from '../network.js';
import { type OpenWeights, type WeightsSource, withWeights } from '../source.js';
import type { ClassifierParts, CropSettings } from './classifier.js';
import type { ClassLabel } from './labels.js';
import { layerNames, stagesUntil } from './layer-names.js';
import { usualLabels } from './usual-labels.js';

export interface PretrainedOptions {
  /**
   * The preprocessing from RGB in [0, 1] to the input that the network was trained on.
   * @default what the file states or contains as a layer; otherwise the convention of the weights' naming scheme
   */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  /** Names of the classes. @default ImageNet's if there are 1000 classes */
  readonly labels?: readonly ClassLabel[] | undefined;
  readonly placement?: Placement | undefined;
  /** Build the network only up to the deepest of these layers, and read no other weights. @default the whole network */
  readonly until?: readonly string[] | undefined;
}

export const pretrainedKinds: OptionKinds<PretrainedOptions> = {
  preprocessing: kind.preprocessing,
  labels: kind.array,
  placement: optionsOf(placementKinds),
  until: kind.texts,
};

/** What loading a classifier needs in addition to its weights. */
export interface Pretrained {
  readonly architecture: Architecture;
  readonly names: NamingSchemes;
  readonly crop: CropSettings;
  /** The preprocessing that weights with the names of a scheme were trained with. */
  readonly preprocessing: (scheme: string) => PreprocessingName;
}

type GraphOptions = Pick<BuildOptions, 'pooling'> & { readonly padding: Padding | undefined };

/**
 * Loads a classifier from weights.
 * @throws OneirosError `not-found`; `bad-input` for a file that is damaged or belongs to another network
 */
export function loadPretrained(
  pretrained: Pretrained,
  source: WeightsSource,
  options: PretrainedOptions,
  graph: GraphOptions = { pooling: 'max', padding: 'zero' },
): Promise<ClassifierParts> {
  return withWeights(source, (checkpoint) => assemble(pretrained, checkpoint, options, graph));
}

async function assemble(
  { architecture, names, crop, preprocessing: conventional }: Pretrained,
  checkpoint: OpenWeights,
  { preprocessing, labels, placement, until }: PretrainedOptions,
  { pooling, padding }: GraphOptions,
): Promise<ClassifierParts> {
  const translation = translate(checkpoint.weights, names);
  const { weights, scheme } = translation;
  const bringsInput = learnedInput.learned.every((layer) => weights.has(`${layer}.weight`));
  const chosen = preprocessing ?? readNetworkMetadata(checkpoint.metadata).input ?? conventional(scheme);
  const learns = bringsInput && preprocessing === undefined;
  const { name } = architecture;
  const stages = until === undefined ? architecture.stages : stagesUntil(architecture, until);
  const built = await buildNetwork({ name, stages: learns ? [learnedInput, ...stages] : stages }, weights, {
    input: (net, image) => (learns ? image : net.preprocess(image, preprocessingOf(chosen), 'data')),
    pooling,
    // The weights with a learned input, Wang et al.'s slim VGG-19, were also trained with reflection padding.
    padding: padding ?? (bringsInput ? 'reflect' : 'zero'),
  });
  if (until !== undefined) requireLayers(built.layers, until, architecture);
  const cutAt = stages.length < architecture.stages.length ? built.layers.at(-1)! : built.cutAt;
  const head = headOf(built.model, cutAt);
  const how = learns ? 'a convolution from the weights' : formatPreprocessing(preprocessingOf(chosen));
  return {
    ...built,
    name,
    image: 'image',
    cutAt,
    notes: [
      `${name}, weights ${describeNames(translation)}; input: ${how}`,
      ...cutNote(cutAt, built.cutAt !== null),
    ],
    placement,
    crop,
    labels: labels ?? (await usualLabels('reason' in head ? 0 : head.classes)),
    head,
    batches: true,
  };
}

/** @throws OneirosError `bad-argument` if the weights end before one of the requested layers */
function requireLayers(built: readonly string[], until: readonly string[], architecture: Architecture): void {
  const names = layerNames(architecture);
  const beyond = until.filter((layer) => !built.includes(findLayer(names, layer, architecture.name)));
  if (beyond.length > 0)
    throw new OneirosError(
      'bad-argument',
      `the weights end at ${built.at(-1)}, before ${beyond.join(', ')}: request layers that exist, or use deeper weights`,
    );
}

/** The head of a complete network, which ends in a softmax. */
function headOf(model: Model, cutAt: string | null): ClassHead | Headless {
  const softmax = cutAt === null ? makerOf(model.graph.nodes, 'prob') : undefined;
  const [scores] = softmax?.inputs ?? [];
  const [, classes] = model.graph.outputs[0]?.type?.shape ?? [];
  if (scores === undefined || typeof classes !== 'number')
    return { reason: `its weights end at ${cutAt ?? 'its scores'}` };
  return { probabilities: 'prob', scores, classes, activation: 'softmax', isAssumed: false };
}

/** A 1×1 convolution that was trained to take RGB in [0, 1]. */
const learnedInput: Stage = {
  learned: ['conv0'],
  build: (net, x) => net.conv(x, 'conv0', { kernel: 1 }, 'data'),
};

function cutNote(cutAt: string | null, weightsEnd: boolean): readonly string[] {
  if (cutAt === null) return [];
  return [
    weightsEnd
      ? `the weights end at ${cutAt}, and so does the network`
      : `built only as far as ${cutAt}, the deepest stage needed`,
  ];
}
