import { type OptionKinds, optionsOf } from '../arguments.js';
import { kind } from '../kinds.js';
import { placementKinds } from '../runtime/session.js';
import { translate, type Dialects } from '../weights/dialect.js';
import { buildNetwork, type Architecture, type BuildOptions, type Stage } from './architecture.js';
import type { ClassifierParts, CropSettings } from './classifier.js';
import type { Placement } from './network.js';
import type { ClassLabel } from './labels.js';
import type { Padding } from './layer-builder.js';
import { stagesUntil } from './layer-names.js';
import {
  formatPreprocessing,
  parsePreprocessing,
  preprocessingOf,
  type Preprocessing,
  type PreprocessingName,
} from './preprocessing.js';
import { withWeights, type OpenWeights, type WeightsSource } from './source.js';
import { usualLabels } from './usual-labels.js';

export interface PretrainedOptions {
  /**
   * What of RGB in [0, 1] the network was trained on.
   * @default as the file says or brings with it; else as those who name weights so have it
   */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  /** Names of the classes. @default ImageNet's, if there are a thousand */
  readonly labels?: readonly ClassLabel[] | undefined;
  readonly placement?: Placement | undefined;
  /** As deep as these layers need it, and no deeper: nothing beyond them is read. @default the whole network */
  readonly until?: readonly string[] | undefined;
}

export const pretrainedKinds: OptionKinds<PretrainedOptions> = {
  preprocessing: kind.preprocessing,
  labels: kind.array,
  placement: optionsOf(placementKinds),
  until: kind.texts,
};

/** All that loading a classifier's weights takes besides the file. */
export interface Pretrained {
  readonly architecture: Architecture;
  readonly dialects: Dialects;
  readonly crop: CropSettings;
  /** What those who name weights so train on, by the name of the dialect. */
  readonly preprocessing: (dialect: string) => PreprocessingName;
}

type GraphOptions = Pick<BuildOptions, 'pooling'> & { readonly padding: Padding | undefined };

/**
 * Loads a classifier.
 * @throws OneirosError `not-found`, `bad-input` for a file that is damaged or another network's
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
  { architecture, dialects, crop, preprocessing: customary }: Pretrained,
  checkpoint: OpenWeights,
  { preprocessing, labels, placement, until }: PretrainedOptions,
  { pooling, padding }: GraphOptions,
): Promise<ClassifierParts> {
  const { weights, dialect } = translate(checkpoint.weights, dialects);
  const bringsInput = learnedInput.learned.every((layer) => weights.has(`${layer}.weight`));
  const chosen =
    preprocessing ?? parsePreprocessing(checkpoint.metadata['input'] ?? '') ?? customary(dialect);
  const learns = bringsInput && preprocessing === undefined;
  const { name } = architecture;
  const stages = until === undefined ? architecture.stages : stagesUntil(architecture, until);
  const built = await buildNetwork({ name, stages: learns ? [learnedInput, ...stages] : stages }, weights, {
    input: (net, image) => (learns ? image : net.preprocess(image, preprocessingOf(chosen), 'data')),
    pooling,
    // Whoever trains an input of its own also pads by reflection: Wang et al.'s slim VGG-19.
    padding: padding ?? (bringsInput ? 'reflect' : 'zero'),
  });
  const cutAt = stages.length < architecture.stages.length ? built.layers.at(-1)! : built.cutAt;
  const how = learns ? 'the convolution that comes with it' : formatPreprocessing(preprocessingOf(chosen));
  return {
    ...built,
    name,
    image: 'image',
    cutAt,
    notes: [
      `${name}, weights named as by ${dialect}; input: ${how}`,
      ...cutNote(cutAt, built.cutAt !== null),
    ],
    placement,
    crop,
    labels: labels ?? (await usualLabels(cutAt === null ? 1000 : 0)),
    probabilities: cutAt === null ? 'prob' : null,
    batches: true,
  };
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
      : `only as far as ${cutAt}: no deeper layer is needed`,
  ];
}
