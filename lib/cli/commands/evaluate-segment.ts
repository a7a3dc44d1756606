import { OneirosError } from '../../errors.js';
import { plane } from '../../image/image.js';
import { mask } from '../../metrics/mask.js';
import { segmentationDefaults, segmentationEvaluation, type LabelMap } from '../../metrics/segmentation.js';
import { count, number, type OptionValues } from '../../options.js';
import { about, filesIn } from '../annotations.js';
import type { Register } from '../command.js';
import { addFlags } from '../flags.js';
import { readImage } from '../../files/image.js';
import type { Terminal } from '../terminal.js';

const segmentOptions = {
  classes: count(
    segmentationDefaults.classes,
    'how many classes there are; 2: object and background by threshold; more: a pixel’s grey value is its class',
    2,
  ),
  threshold: number(0.5, 'for two classes: the brightness in [0, 1] from which on a pixel is object', {
    min: 0,
    max: 1,
  }),
  ignore: count(segmentationDefaults.ignore, 'for more classes: the true grey value that is not counted', 0),
} as const;

interface SegmentFlags extends OptionValues<typeof segmentOptions> {
  readonly gt: string;
  readonly dt: string;
  readonly json?: boolean;
}

const endings = ['.png', '.bmp', '.gif', '.tif', '.tiff'];

export const registerEvaluateSegment: Register = (parent, terminal) => {
  const command = parent
    .command('segment')
    .summary('IoU, Dice and pixel accuracy of masks')
    .description('IoU, Dice, pixel accuracy and boundary IoU of masks, which are grey pictures.')
    .requiredOption('--gt <folder>', 'the true masks')
    .requiredOption('--dt <folder>', 'the predicted masks, under the same names (the endings may differ)');
  addFlags(command, segmentOptions)
    .option('--json', 'print the result as JSON')
    .action((flags: SegmentFlags) => runSegment(flags, terminal));
};

async function runSegment(flags: SegmentFlags, terminal: Terminal): Promise<void> {
  const truths = await filesIn(flags.gt, endings);
  const predictions = new Map((await filesIn(flags.dt, endings)).map(({ name, path }) => [name, path]));
  const evaluation = segmentationEvaluation({ classes: flags.classes });
  const progress = terminal.progress(truths.length, 'evaluate');
  try {
    for (const [i, { name, path }] of truths.entries()) {
      terminal.signal.throwIfAborted();
      const predicted = predictions.get(name);
      if (predicted === undefined)
        throw new OneirosError(
          'not-found',
          `there is no prediction for ${JSON.stringify(path)} in ${flags.dt}`,
        );
      const [there, found] = [await readLabels(path, flags), await readLabels(predicted, flags)];
      await about(predicted, () => evaluation.add(there, found));
      progress.update(i + 1);
    }
  } finally {
    progress.stop();
  }
  const figures = evaluation.figures();
  const text = Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'number' ? `${name.padEnd(13)}  ${name === 'images' ? value : value.toFixed(4)}` : [],
  );
  terminal.result(figures, text.join('\n'), flags.json);
}

/** A grey picture's classes; of a coloured one, the brightest of red, green and blue counts. */
async function readLabels(path: string, { classes, threshold }: SegmentFlags): Promise<LabelMap> {
  const picture = await readImage(path);
  const [red, green, blue] = [plane(picture, 0), plane(picture, 1), plane(picture, 2)];
  return mask(
    picture,
    Uint8Array.from(red, (value, i) => {
      const brightness = Math.max(value, green[i]!, blue[i]!);
      return classes > 2 ? Math.round(brightness * 255) : brightness >= threshold ? 1 : 0;
    }),
  );
}
