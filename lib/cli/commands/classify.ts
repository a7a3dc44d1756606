import { messageOf } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { classifyOptions } from '../../networks/classifier/classifier.js';
import type { Classification } from '../../networks/classifier/labels.js';
import { classifyEach, classifyEachOptions } from '../../tasks/classify/classify.js';
import { addClassifierFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { readLater } from '../inputs/each-picture.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const options = { ...classifyOptions, ...classifyEachOptions };

interface ClassifyFlags extends NetworkFlags, OptionValues<typeof options> {
  readonly json?: boolean;
}

export const registerClassify: Register = (command, terminal) => {
  command
    .description('Tells what pictures show: the most probable classes of each.')
    .argument('<image...>', 'the pictures');
  addFlags(addClassifierFlags(command), options)
    .option('--json', 'print one JSON object per picture')
    .action((images: readonly string[], flags: ClassifyFlags) => runClassify(images, flags, terminal));
};

async function runClassify(
  images: readonly string[],
  flags: ClassifyFlags,
  terminal: Terminal,
): Promise<void> {
  await using network = await networkOf(flags, terminal);
  const settings = { ...resolveOptions(options, flags), signal: terminal.signal };
  for await (const outcome of classifyEach(network, readLater(images), settings)) {
    const { key, image, error } = outcome;
    if (error === undefined)
      terminal.result({ image: key, labels: outcome.classes }, describe(key, outcome.classes), flags.json);
    else if (image === null) terminal.fail(messageOf(error));
    else throw error;
  }
}

function describe(image: string, labels: readonly Classification[]): readonly string[] {
  const lines = labels.map(
    ({ id, name, probability }) => `  ${(100 * probability).toFixed(1).padStart(5)} %  ${name} (${id})`,
  );
  return [image, ...lines];
}
