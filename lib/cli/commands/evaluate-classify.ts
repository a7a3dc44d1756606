import { messageOf, OneirosError } from '../../base/errors.js';
import type { OptionValues } from '../../base/option-table.js';
import { readImage } from '../../image/codec/read-write.js';
import type { ClassLabel } from '../../networks/classifier/labels.js';
import { classifyEachOptions } from '../../tasks/classify/classify.js';
import { evaluateClassifier } from '../../tasks/classify/evaluate.js';
import type { Picture } from '../../tasks/common/pictures.js';
import { addClassifierFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { filesIn, type NamedFile } from '../inputs/input-files.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface EvaluateFlags extends NetworkFlags, OptionValues<typeof classifyEachOptions> {
  readonly data: string;
  readonly json?: boolean;
}

const endings = ['.jpg', '.jpeg', '.png', '.bmp', '.gif', '.tif', '.tiff'];

export const registerEvaluateClassify: Register = (command, terminal) => {
  command
    .description(
      'Top-1 and top-5 accuracy of a classifier on pictures whose names begin with the id of their class.',
    )
    .requiredOption(
      '--data <folder>',
      'the pictures; a name begins with its class’s id: n01440764_tench.jpg',
    );
  addFlags(addClassifierFlags(command), classifyEachOptions)
    .option('--json', 'print the result as JSON')
    .action((flags: EvaluateFlags) => runEvaluate(flags, terminal));
};

async function runEvaluate(flags: EvaluateFlags, terminal: Terminal): Promise<void> {
  const files = await filesIn(flags.data, endings);
  await using network = await networkOf(flags, terminal);
  const pictures = labeled(files, network.labels, terminal);
  const progress = terminal.progress(files.length, 'evaluate');
  try {
    const accuracy = await evaluateClassifier(network, pictures, {
      batch: flags.batch,
      signal: terminal.signal,
      onProgress: (done) => progress.update(done),
    });
    const { images, top1, top5 } = accuracy;
    const text = `${images} pictures, top-1 ${top1.toFixed(4)}, top-5 ${top5.toFixed(4)}`;
    terminal.result(accuracy, text, flags.json);
  } finally {
    progress.stop();
  }
}

/**
 * The pictures with the numbers of their classes. Pictures without a class, or unreadable ones, are reported and
 * skipped.
 */
async function* labeled(
  files: readonly NamedFile[],
  labels: readonly ClassLabel[],
  terminal: Terminal,
): AsyncGenerator<Picture<number>> {
  const indices = indicesOf(labels);
  for (const { name, path } of files) {
    try {
      yield { key: classOf(name, path, indices), image: await readImage(path) };
    } catch (error) {
      terminal.fail(messageOf(error));
    }
  }
}

/** @throws OneirosError `bad-input` for two classes of the same id, which a picture's name cannot distinguish */
function indicesOf(labels: readonly ClassLabel[]): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (const [index, { id }] of labels.entries()) {
    const other = indices.get(id);
    if (other !== undefined)
      throw new OneirosError(
        'bad-input',
        `the classes ${other} and ${index} both have the id ${JSON.stringify(id)}: give each class its own id`,
      );
    indices.set(id, index);
  }
  return indices;
}

/**
 * The class whose id begins a name, up to an underscore or the end. Ids may have underscores: the longest match counts.
 */
function classOf(name: string, path: string, indices: ReadonlyMap<string, number>): number {
  for (let end = name.length; end > 0; end = name.lastIndexOf('_', end - 1)) {
    const index = indices.get(name.slice(0, end));
    if (index !== undefined) return index;
  }
  throw new OneirosError('bad-input', `${path}: its name does not begin with the id of one of the classes`);
}
