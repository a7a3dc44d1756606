import type { Command } from 'commander';

import { choice, flag, number, type OptionValues } from '../../base/option-table.js';
import { activationNames, type HeadOptions } from '../../models/input/class-head.js';
import { preprocessingNames } from '../../models/input/preprocessing.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { parseLabels } from '../../networks/classifier/labels.js';
import { classifierNames, layerNamesFor, loadClassifier } from '../../networks/classifier/load.js';
import { vgg19Options } from '../../networks/classifier/published-classifiers.js';
import { maxThreads } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { fileText } from '../inputs/input-files.js';
import type { Terminal } from '../terminal/terminal.js';
import { InputFlag } from './checked-files.js';
import { catalogedArchitecture, checkModel, modelFiles, modelHelp, pullOf } from './model-flags.js';
import { addFlags } from './option-flags.js';

/** Where networks run. Every command that runs one takes these options. */
export const placementOptions = {
  provider: choice(['auto', 'cpu', 'cuda', 'webgpu'], 'auto', 'what ONNX Runtime computes on'),
  deviceId: number(0, 'which GPU of the provider cuda, counted from 0', {
    min: 0,
    max: 1023,
    integer: true,
  }),
  threads: number(0, 'threads on the CPU; 0: one for each core', {
    min: 0,
    max: maxThreads,
    integer: true,
  }),
  offline: flag(false, 'never download a model of the catalog (also if ONEIROS_OFFLINE is set)'),
} as const;

const networkOptions = {
  ...vgg19Options,
  preprocessing: choice(
    ['auto', ...preprocessingNames],
    'auto',
    'the input that the network was trained on: caffe and bvlc are BGR in 0…255 minus the mean, imagenet is torchvision’s, none is RGB in 0…1; auto: as its file states',
  ),
  ...placementOptions,
} as const;

const activationOption = {
  activation: choice(
    ['auto', ...activationNames],
    'auto',
    'how an ONNX file’s output becomes probabilities: none if it has probabilities, log-softmax if it has their logarithms; auto: as its graph shows',
  ),
} as const;

/** The options for a network's class output. */
export function headOptions({ head, activation = 'auto' }: HeadFlags): HeadOptions {
  return { head, activation: activation === 'auto' ? undefined : activation };
}

export interface HeadFlags extends Partial<OptionValues<typeof activationOption>> {
  readonly head?: string;
}

export interface NetworkFlags extends HeadFlags, OptionValues<typeof networkOptions> {
  readonly model: string;
  readonly weights?: string;
  readonly labels?: string;
}

/** Adds the flags that select a network and where it runs. */
export function addNetworkFlags(command: Command): Command {
  command
    .addOption(
      new InputFlag(
        '--model <network>',
        `the network: ${modelHelp('classify', classifierNames)}`,
        modelFiles,
      ).makeOptionMandatory(),
    )
    .hook('preAction', () => checkModel(command, command.opts<NetworkFlags>(), 'classify', classifierNames));
  return addWeightFlags(command);
}

/** The same for a command that needs class probabilities. */
export function addClassifierFlags(command: Command): Command {
  return addHeadFlags(addNetworkFlags(command));
}

/** Adds the flags that describe an ONNX file's outputs. */
export function addHeadFlags(command: Command): Command {
  return addFlags(command, activationOption).option(
    '--head <output>',
    'which output of an ONNX file has the classes, if it has several',
  );
}

/** The same for a command whose argument is the network. */
export function addWeightFlags(command: Command): Command {
  command
    .addOption(
      new InputFlag(
        '--weights <file>',
        'the weights of a network given by name: safetensors or a PyTorch checkpoint',
      ),
    )
    .addOption(
      new InputFlag(
        '--labels <file>',
        'the names of its classes, one per line (default: ImageNet’s thousand)',
      ),
    );
  return addFlags(command, networkOptions);
}

/**
 * Loads the network that the flags name, and prints its notes to standard error.
 * @param needed the layers that the command uses: of a catalog's checkpoint, nothing deeper is downloaded
 */
export async function networkOf(
  flags: NetworkFlags,
  terminal: Terminal,
  needed?: (layers: readonly string[]) => readonly string[],
): Promise<Classifier> {
  const { model, weights, pooling, preprocessing } = flags;
  const labels = flags.labels === undefined ? undefined : parseLabels(await fileText(flags.labels));
  const network = await loadClassifier(model, {
    weights,
    pooling,
    labels,
    ...headOptions(flags),
    preprocessing: preprocessing === 'auto' ? undefined : preprocessing,
    placement: placementOf(flags),
    pull: pullOf(flags, terminal),
    until: needed && weights === undefined ? untilOf(model, needed) : undefined,
  });
  for (const note of network.notes) terminal.say(note);
  return network;
}

function untilOf(
  model: string,
  needed: (layers: readonly string[]) => readonly string[],
): readonly string[] | undefined {
  const layers = layerNamesFor(catalogedArchitecture(model) ?? '');
  return layers.length === 0 ? undefined : needed(layers);
}

/** Where sessions run. */
export function placementOf({
  provider,
  deviceId,
  threads,
}: OptionValues<typeof placementOptions>): Placement {
  return { provider, ...(deviceId > 0 && { deviceId }), ...(threads > 0 && { threads }) };
}
