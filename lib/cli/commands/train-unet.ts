import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';

import { OneirosError } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { writeFileAtomic } from '../../files/write.js';
import { type NamedClass, withValues } from '../../labels/class-text.js';
import { colorText, kindOf, type LabelValue, numberOf } from '../../labels/classes.js';
import { type LabelScheme, schemeOf } from '../../labels/scheme.js';
import type { LabelSurvey } from '../../labels/survey.js';
import { readModel, writeModel } from '../../onnx/codec/model-files.js';
import { checkpointFile } from '../../train/fit/checkpoint-store.js';
import { type CurveLine, lossSvg } from '../../train/fit/loss-svg.js';
import {
  defaultWidths,
  trainUNet,
  trainUNetOptions,
  type UNetTrainingStep,
} from '../../train/segmentation/unet.js';
import { InputFlag, OutputFlag } from '../flags/checked-files.js';
import { parseClassesFlag, parseValueFlag } from '../flags/class-flags.js';
import { addFlags, parseNumber } from '../flags/option-flags.js';
import { maskFolderFiles, readMaskFolder } from '../inputs/mask-folder.js';
import { sparkline } from '../terminal/sparkline.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface TrainFlags extends OptionValues<typeof trainUNetOptions> {
  readonly data: string;
  readonly out: string;
  readonly classes?: readonly NamedClass[];
  readonly ignore?: LabelValue;
  readonly widths: readonly number[];
  readonly validation: number;
  readonly epochs?: number;
  readonly curve?: string;
  readonly checkpoint?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

const wholeNumber = { kind: 'number', default: 0, about: '', min: 0, integer: true } as const;

export const registerTrainUNet: Register = (command, terminal) => {
  command
    .description(
      'Trains a U-Net from scratch on the pictures of DIR/image and the masks of the same names in DIR/label: gray pictures ' +
        'whose values are the classes (as stored, in 1 to 16 bits), pictures with a palette whose indices are the classes, or ' +
        'pictures with a color for each class. Writes the network as an ONNX file for `oneiros segment --model`. The same ' +
        'command resumes a stopped or killed run from its checkpoint, and gives the same weights as a run without a stop.',
    )
    .addOption(
      new InputFlag(
        '--data <dir>',
        'the folder with image/ and label/',
        maskFolderFiles,
      ).makeOptionMandatory(),
    )
    .addOption(
      new OutputFlag(
        '-o, --out <file>',
        'the network to write, an .onnx file',
        'model',
      ).makeOptionMandatory(),
    )
    .option(
      '--classes <names>',
      'classes and their values in masks, the background first, such as cell=255,membrane=0 or road=#804080,car=#00008e; or a number of classes, whose values are 0, 1, 2 and so on (default: all values of the masks, in ascending order)',
      parseClassesFlag,
    )
    .option(
      '--ignore <value>',
      'the value of pixels that do not count, such as 255 (default: 255 if three or more classes are named and none has this value)',
      parseValueFlag,
    )
    .option(
      '--validation <n>',
      'the number of pictures, the last ones, to validate with instead of training on them',
      (text: string) => parseNumber(text, wholeNumber),
      0,
    )
    .option(
      '--widths <numbers>',
      'the channels of each level, from top to bottom',
      parseWidths,
      defaultWidths,
    )
    .option('--epochs <n>', 'how often to train on each picture, instead of --steps', (text: string) =>
      parseNumber(text, { ...wholeNumber, min: 1 }),
    )
    .addOption(
      new OutputFlag('--curve <file>', 'draw loss and scores over the steps to this SVG file', 'drawing'),
    )
    .addOption(
      new OutputFlag(
        '--checkpoint <file>',
        'the file for the state of the run (default: <out>.checkpoint)',
        'checkpoint',
        (path, { flags }) => [path ?? checkpointBeside(String(flags['out']))],
      ),
    )
    .option('--threads <n>', 'threads to compute with (default: one for each core)', (text: string) =>
      parseNumber(text, { ...wholeNumber, min: 1 }),
    );
  addFlags(command, trainUNetOptions)
    .option('--json', 'print steps as JSON, one line each')
    .action((flags: TrainFlags) => runTrainUNet(flags, terminal));
};

async function runTrainUNet(flags: TrainFlags, terminal: Terminal): Promise<void> {
  const { out, widths, validation, threads, classes, ignore } = flags;
  const declared = classes && withValues(classes);
  const { pictures, survey } = await readMaskFolder(flags.data, declared && kindOf(declared));
  const scheme = schemeOf(survey, { classes, ignore });
  const count = pictures.length - validation;
  if (count < 1)
    throw new OneirosError(
      'bad-argument',
      `--validation ${validation} leaves none of the ${pictures.length} pictures to train on`,
    );
  const steps = flags.epochs === undefined ? flags.steps : Math.ceil((flags.epochs * count) / flags.batch);
  terminal.say(`training on ${count} pictures, ${describe(scheme, survey)}`);
  const checkpoint = flags.checkpoint ?? checkpointBeside(out);
  const training = trainUNet(pictures.slice(0, count), {
    ...resolveOptions(trainUNetOptions, flags),
    steps,
    classes: scheme.classes,
    ignore: scheme.ignore ?? undefined,
    widths,
    validation: pictures.slice(count),
    checkpoint: checkpointFile(checkpoint),
    signal: terminal.signal,
    placement: threads === undefined ? {} : { threads },
  });
  const report = new Report(steps, flags.json, terminal);
  try {
    for await (const step of training) {
      report.add(step);
      if (step.done === step.total) await writeModel(await step.network(), out);
    }
  } catch (error) {
    if (terminal.signal.aborted && existsSync(checkpoint))
      terminal.say(`${checkpoint} has the state: the same command resumes from it`);
    throw error;
  } finally {
    report.stop();
  }
  if (flags.curve !== undefined)
    await writeFileAtomic(flags.curve, new TextEncoder().encode(lossSvg(report.lines(), 'U-Net')));
  // The checkpoint may be hours of work: it is removed only after the written network was read back.
  await readModel(out);
  await rm(checkpoint, { force: true });
}

function checkpointBeside(out: string): string {
  return `${out}.checkpoint`;
}

/** Reports the steps: a progress bar with the curve of the loss, and a line for each validation. */
class Report {
  readonly #figures = new Map<string, [number, number][]>();
  readonly #progress;

  constructor(
    steps: number,
    readonly json: boolean | undefined,
    readonly terminal: Terminal,
  ) {
    this.#progress = terminal.progress(steps, 'train');
  }

  add({
    done: step,
    total: steps,
    epoch,
    value: loss,
    metrics,
    learningRate,
    validation,
  }: UNetTrainingStep): void {
    const figures = { loss, ...validation };
    for (const [name, value] of Object.entries(figures)) {
      const points = this.#figures.get(name) ?? [];
      points.push([step, value]);
      this.#figures.set(name, points);
    }
    const losses = (this.#figures.get('loss') ?? []).map(([, value]) => value);
    this.#progress.update(step, `${sparkline(losses, 24)} loss ${loss.toFixed(3)}`);
    if (this.json !== true && validation === null) return;
    const scores = Object.entries(validation ?? {}).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    this.terminal.result(
      { step, steps, epoch, loss, ...metrics, learningRate, ...validation },
      [`step ${step}`, `loss ${loss.toFixed(4)}`, ...scores].join('  '),
      this.json,
    );
  }

  stop(): void {
    this.#progress.stop();
  }

  lines(): readonly CurveLine[] {
    return Array.from(this.#figures, ([name, points]) => ({ name, points }));
  }
}

/** The classes and their values (with the palette's colors), and the share of ignored pixels. */
function describe({ classes, ignore }: LabelScheme, { found, palette }: LabelSurvey): string {
  const texts = classes.map(({ name, value }) => {
    const color = palette.get(numberOf(value));
    return `${name} ${value}${color === undefined ? '' : ` (${colorText(color)})`}`;
  });
  if (ignore === null) return texts.join(', ');
  const pixels = Array.from(found.values(), (value) => value.pixels).reduce((sum, all) => sum + all, 0);
  const share = (found.get(numberOf(ignore))?.pixels ?? 0) / pixels;
  return `${texts.join(', ')}; ${ignore} is ignored: ${(100 * share).toFixed(2)} % of all pixels`;
}

function parseWidths(text: string): readonly number[] {
  const widths = text.split(',').map(Number);
  if (widths.length < 2 || !widths.every((width) => Number.isSafeInteger(width) && width >= 1))
    throw new InvalidArgumentError('It must be two or more whole numbers, such as 16,32,64.');
  return widths;
}
