import type { NamedClass } from '../../labels/class-text.js';
import type { LabelValue } from '../../labels/classes.js';
import { segmentationEvaluation, type SegmentationFigures } from '../../metrics/masks/segmentation.js';
import { parseClassesFlag, parseValueFlag } from '../flags/class-flags.js';
import { parseNumber } from '../flags/option-flags.js';
import { about } from '../inputs/input-files.js';
import { pairedMasks } from '../inputs/mask-pairs.js';
import { readingByBrightness, readingByValues } from '../inputs/mask-readings.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface SegmentFlags {
  readonly gt: string;
  readonly dt: string;
  readonly classes?: readonly NamedClass[];
  readonly ignore?: LabelValue;
  readonly threshold?: number;
  readonly json?: boolean;
}

const brightness = { kind: 'number', default: 0.5, about: '', min: 0, max: 1 } as const;

export const registerEvaluateSegment: Register = (command, terminal) => {
  command
    .description(
      'IoU, Dice, pixel accuracy and boundary IoU of masks: gray pictures whose values are classes (as stored, in 1 to 16 ' +
        'bits), pictures with a palette whose indices are classes, or pictures with a color for each class.',
    )
    .requiredOption('--gt <folder>', 'the true masks')
    .requiredOption('--dt <folder>', 'the predicted masks, under the same names (the endings may differ)')
    .option(
      '--classes <names>',
      'classes and their values, the background first, such as cell=255,membrane=0 or road=#804080,car=#00008e; or a number of classes, whose values are 0, 1, 2 and so on (default: the classes that the predicted masks state, otherwise the values of the true masks in ascending order)',
      parseClassesFlag,
    )
    .option(
      '--ignore <value>',
      'the true value of pixels that do not count (default: 255 if three or more classes are named and none has this value)',
      parseValueFlag,
    )
    .option(
      '--threshold <n>',
      'read pictures by brightness in [0, 1] instead of values: pixels from this brightness on are the object, others the background; for probabilities',
      (text: string) => parseNumber(text, brightness),
    )
    .option('--json', 'print the result as JSON')
    .action((flags: SegmentFlags) => {
      if (flags.threshold !== undefined && (flags.classes ?? flags.ignore) !== undefined)
        command.error('error: --threshold makes two classes by brightness: omit --classes and --ignore');
      return runSegment(flags, terminal);
    });
};

async function runSegment(flags: SegmentFlags, terminal: Terminal): Promise<void> {
  const { threshold } = flags;
  const { pairs, unpaired } = await pairedMasks(flags.gt, flags.dt);
  const reading =
    threshold === undefined
      ? await readingByValues(pairs, flags, terminal.signal)
      : readingByBrightness(threshold);
  for (const note of reading.notes) terminal.say(note);
  if (unpaired > 0) terminal.say(`predicted masks without a true mask, which are not counted: ${unpaired}`);
  const evaluation = segmentationEvaluation({ classes: reading.names.length });
  const progress = terminal.progress(pairs.length, 'evaluate');
  try {
    for (const [i, pair] of pairs.entries()) {
      terminal.signal.throwIfAborted();
      const { truth, predicted } = await reading.read(pair);
      await about(pair.predicted, () => evaluation.add(truth, predicted));
      progress.update(i + 1);
    }
  } finally {
    progress.stop();
  }
  reading.finish();
  report(evaluation.figures(), reading.names, flags.json, terminal);
}

function report(
  { perClass, ...figures }: SegmentationFigures,
  names: readonly string[],
  json: boolean | undefined,
  terminal: Terminal,
): void {
  const named = perClass.map((each, i) => ({ name: names[i]!, ...each }));
  const lines = Object.entries(figures).map(
    ([name, value]) => `${name.padEnd(13)}  ${name === 'images' ? value : value.toFixed(4)}`,
  );
  const classes = named.map(
    ({ name, IoU, dice }) => `${name}: IoU ${IoU.toFixed(4)}, Dice ${dice.toFixed(4)}`,
  );
  terminal.result({ ...figures, perClass: named }, [...lines, ...classes], json);
}
