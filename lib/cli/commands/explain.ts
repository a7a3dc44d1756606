import { OneirosError } from '../../base/errors.js';
import { nearest } from '../../base/nearest-names.js';
import { choice, type OptionValues, resolveOptions } from '../../base/option-table.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { drawRelevance } from '../../tasks/explain/draw.js';
import { explainEach } from '../../tasks/explain/explain.js';
import { explainOptions, type Explanation } from '../../tasks/explain/explainer.js';
import { PictureArgument } from '../flags/checked-files.js';
import { addClassifierFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { eachPicture, picturesIn, readLater } from '../inputs/each-picture.js';
import { outputFolder, outputFolderFlag } from '../outputs/output-folder.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const drawOptions = {
  style: choice(
    ['light', 'heat'],
    'light',
    'how the picture is drawn: relevant parts light and the rest dark, or a heat map over it',
  ),
} as const;

interface ExplainFlags
  extends NetworkFlags, OptionValues<typeof explainOptions>, OptionValues<typeof drawOptions> {
  readonly class?: string;
  readonly layer?: string;
  readonly out: string;
  readonly json?: boolean;
}

export const registerExplain: Register = (command, terminal) => {
  command
    .description(
      'Explains the class that a classifier gives to each picture: parts that count for the class are light, others dark.',
    )
    .addArgument(new PictureArgument('<image...>', 'the pictures, or folders of pictures'))
    .addOption(
      outputFolderFlag('write each picture with its explanation to this folder').makeOptionMandatory(),
    )
    .option(
      '--class <name>',
      'the class to explain: its name, WordNet id or number (default: the most probable)',
    )
    .option('--layer <name>', 'the layer that grad-cam uses (default: the last before the pooling)');
  addFlags(addClassifierFlags(command), { ...explainOptions, ...drawOptions })
    .option('--json', 'print one JSON object per picture')
    .action((images: readonly string[], flags: ExplainFlags) => runExplain(images, flags, terminal));
};

async function runExplain(args: readonly string[], flags: ExplainFlags, terminal: Terminal): Promise<void> {
  const paths = await picturesIn(args);
  const outputOf = outputFolder(flags.out, paths);
  await using network = await networkOf(flags, terminal);
  const labelId = flags.class === undefined ? undefined : classNamed(network, flags.class);
  const explanations = explainEach(network, readLater(paths), {
    ...resolveOptions(explainOptions, flags),
    layer: flags.layer,
    labelId,
    signal: terminal.signal,
  });
  await eachPicture(paths, 'explain', terminal, explanations, async (outcome) => {
    const { key: path, image: picture, explanation: found } = outcome;
    const file = pictureFile(outputOf(path));
    const drawn = drawRelevance(picture, found.relevance, { style: flags.style });
    await file.write(drawn, recipe('explain', flags));
    const { label, probability, score } = found;
    const fields = { image: path, label, labelId: found.labelId, probability, score };
    terminal.result(fields, describe(path, found), flags.json);
  });
}

/** @throws OneirosError `bad-argument` if no class or several classes have that name */
function classNamed({ labels, name: network }: Classifier, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const wanted = text.toLowerCase();
  // ImageNet's classes have several names each: "tabby, tabby cat".
  const matches = labels.flatMap(({ id, name }, index) =>
    [id, name, ...name.split(', ')].some((word) => word.toLowerCase() === wanted) ? [index] : [],
  );
  if (matches.length === 1) return matches[0]!;
  const names = labels.map(({ name }) => name);
  throw new OneirosError(
    'bad-argument',
    matches.length === 0
      ? `${network} has no class ${JSON.stringify(text)}; near names: ${nearest(text, names).join('; ')}`
      : `${network} has ${matches.length} classes called ${JSON.stringify(text)}: give its number, one of ${matches.join(', ')}`,
  );
}

function describe(path: string, { label, probability }: Explanation): string {
  return `${path}: ${label}, ${(100 * probability).toFixed(1)} %`;
}
