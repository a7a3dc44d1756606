import type { Command } from 'commander';

import { choice, flag, number, type OptionValues } from '../../base/option-table.js';
import { activationNames, type HeadOptions } from '../../models/input/class-head.js';
import { preprocessingNames } from '../../models/input/preprocessing.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { parseLabels } from '../../networks/classifier/labels.js';
import { classifierNames, layerNamesFor, loadClassifier } from '../../networks/classifier/load.js';
import { vgg19Options } from '../../networks/classifier/published.js';
import { maxThreads } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { fileText } from '../inputs/input-files.js';
import type { Terminal } from '../terminal/terminal.js';
import { InputFlag } from './checked-files.js';
import { catalogedArchitecture, checkModel, modelFiles, modelHelp, pullOf } from './model-flags.js';
import { addFlags } from './option-flags.js';

/** Where networks run: for every command that runs one. */
export const placementOptions = {
  provider: choice(['auto', 'cpu', 'cuda', 'webgpu'], 'auto', 'what ONNX Runtime computes on'),
  threads: number(0, 'threads on the CPU; 0: one for each core', {
    min: 0,
    max: maxThreads,
    integer: true,
  }),
  offline: flag(false, 'never download a model of the catalog (nor where ONEIROS_OFFLINE is set)'),
} as const;

const networkOptions = {
  ...vgg19Options,
  preprocessing: choice(
    ['auto', ...preprocessingNames],
    'auto',
    'what the network was trained on: caffe and bvlc are BGR 0…255 minus the mean, imagenet is torchvision’s, none RGB 0…1; auto: as its file says',
  ),
  ...placementOptions,
} as const;

const activationOption = {
  activation: choice(
    ['auto', ...activationNames],
    'auto',
    'what makes probabilities of an ONNX file’s output: none if it holds probabilities, log-softmax if their logarithms; auto: as its graph shows',
  ),
} as const;

/** What the flags say of a network's classes. */
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

/** Gives a command the flags that say which network to take, and where to run it. */
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

/** The same for a command that asks a network for classes. */
export function addClassifierFlags(command: Command): Command {
  return addHeadFlags(addNetworkFlags(command));
}

/** Gives a command the flags that say what an ONNX file's outputs are. */
export function addHeadFlags(command: Command): Command {
  return addFlags(command, activationOption).option(
    '--head <output>',
    'which output of an ONNX file has the classes, where there are several',
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
        'what its classes are called, a line each (default: as ImageNet’s thousand)',
      ),
    );
  return addFlags(command, networkOptions);
}

/**
 * Loads the network that the flags name, and says on standard error what was found in its weights.
 * @param needed which of its layers the command looks at: of a checkpoint of the catalog nothing deeper is fetched
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

/** Where sessions are to run. */
export function placementOf({ provider, threads }: OptionValues<typeof placementOptions>): Placement {
  return { provider, ...(threads > 0 && { threads }) };
}
