import { Option, type Command } from 'commander';
import { OneirosError } from '../errors.js';
import { GoogLeNet, SqueezeNet, VGG19, vgg19Options } from '../models/classifiers.js';
import type { Classifier } from '../models/classifier.js';
import type { Placement } from '../models/image-network.js';
import { choice, count, type OptionValues } from '../options.js';
import { addFlags } from './flags.js';
import type { Terminal } from './terminal.js';

const placementOptions = {
  provider: choice(['auto', 'cpu', 'cuda', 'webgpu'], 'auto', 'what ONNX Runtime computes on'),
  threads: count(0, 'threads on the CPU; 0: one for each core', 0),
} as const;

export interface NetworkFlags
  extends OptionValues<typeof placementOptions>, OptionValues<typeof vgg19Options> {
  readonly model: string;
  readonly weights: string;
}

/** The networks that the command line knows, by the word for `--model`. */
const loaders: Readonly<Record<string, (flags: NetworkFlags, placement: Placement) => Promise<Classifier>>> =
  {
    googlenet: ({ weights }, placement) => GoogLeNet.load(weights, { placement }),
    squeezenet: ({ weights }, placement) => SqueezeNet.load(weights, { placement }),
    vgg19: ({ weights, pooling }, placement) => VGG19.load(weights, { pooling, placement }),
    'vgg19-slim16x': ({ weights, pooling }, placement) =>
      VGG19.load(weights, { pooling, padding: 'reflect', placement }),
  };

/** Gives a command the flags that say which network to take, and where to run it. */
export function addNetworkFlags(command: Command): Command {
  command
    .addOption(
      new Option('--model <name>', 'the network').choices(Object.keys(loaders)).makeOptionMandatory(),
    )
    .requiredOption('--weights <file>', 'its weights: a safetensors file or a PyTorch checkpoint');
  return addFlags(command, { ...vgg19Options, ...placementOptions });
}

/** Loads the network that the flags name, and says on standard error what was found in its weights. */
export async function loadNetwork(flags: NetworkFlags, terminal: Terminal): Promise<Classifier> {
  const load = loaders[flags.model];
  if (load === undefined) throw new OneirosError('bad-argument', `there is no network "${flags.model}"`);
  const network = await load(flags, placementOf(flags));
  for (const note of network.notes) terminal.say(note);
  return network;
}

/** Where sessions are to run. */
export function placementOf({ provider, threads }: OptionValues<typeof placementOptions>): Placement {
  return { provider, ...(threads > 0 && { threads }) };
}
