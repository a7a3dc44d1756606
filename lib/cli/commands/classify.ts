import { messageOf } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/options.js';
import { readImage } from '../../image/read-write.js';
import { classifyOptions } from '../../networks/classifier/classifier.js';
import type { Classification } from '../../networks/classifier/labels.js';
import { batchOptions, classify, type Picture } from '../../tasks/classify/classify.js';
import { addClassifierFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import type { Register } from '../terminal/terminal.js';
import type { Terminal } from '../terminal/terminal.js';

const options = { ...classifyOptions, ...batchOptions };

interface ClassifyFlags extends NetworkFlags, OptionValues<typeof options> {
  readonly json?: boolean;
}

export const registerClassify: Register = (program, terminal) => {
  const command = program
    .command('classify')
    .summary('tell what pictures show')
    .description('Tells what pictures show: the most probable classes of each.')
    .argument('<image...>', 'the pictures');
  addFlags(addClassifierFlags(command), options)
    .option('--json', 'print one JSON object a picture')
    .action((images: readonly string[], flags: ClassifyFlags) => runClassify(images, flags, terminal));
};

async function runClassify(
  images: readonly string[],
  flags: ClassifyFlags,
  terminal: Terminal,
): Promise<void> {
  await using network = await networkOf(flags, terminal);
  const pictures = readable(images, terminal);
  for await (const { key, labels } of classify(network, pictures, {
    ...resolveOptions(options, flags),
    signal: terminal.signal,
  }))
    terminal.result({ image: key, labels }, describe(key, labels), flags.json);
}

/** The pictures that can be read; of each of the others a line says why not. */
async function* readable(paths: readonly string[], terminal: Terminal): AsyncGenerator<Picture<string>> {
  for (const path of paths) {
    try {
      yield { image: await readImage(path), key: path };
    } catch (error) {
      terminal.fail(messageOf(error));
    }
  }
}

function describe(image: string, labels: readonly Classification[]): readonly string[] {
  const lines = labels.map(
    ({ id, name, probability }) => `  ${(100 * probability).toFixed(1).padStart(5)} %  ${name} (${id})`,
  );
  return [image, ...lines];
}
