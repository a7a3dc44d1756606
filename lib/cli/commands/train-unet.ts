import { rm } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { OneirosError } from '../../errors.js';
import { writeFileAtomic } from '../../files/write.js';
import { encodeModel } from '../../onnx/write.js';
import { resolveOptions, type OptionValues } from '../../options.js';
import { checkpointFile } from '../../train/checkpoint-file.js';
import { lossSvg, sparkline, type CurveLine } from '../../train/loss-svg.js';
import { readMaskFolder } from '../mask-folder.js';
import { classesIn, type MaskClass } from '../../train/masked-picture.js';
import { defaultWidths, trainUNet, trainUNetOptions, type UNetTrainingStep } from '../../train/unet.js';
import type { Register } from '../command.js';
import { addFlags, parseNumber } from '../flags.js';
import type { Terminal } from '../terminal.js';

interface TrainFlags extends OptionValues<typeof trainUNetOptions> {
  readonly data: string;
  readonly out: string;
  readonly classes?: readonly MaskClass[];
  readonly widths: readonly number[];
  readonly validation: number;
  readonly epochs?: number;
  readonly curve?: string;
  readonly checkpoint?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

const wholeNumber = { kind: 'number', default: 0, about: '', min: 0, integer: true } as const;

export const registerTrainUNet: Register = (parent, terminal) => {
  const command = parent
    .command('unet')
    .summary('a U-Net, on a folder of pictures and masks')
    .description(
      'Trains a U-Net from scratch on the pictures of DIR/image and the masks of the same names in DIR/label, whose grey ' +
        'values are the classes. The network is written as an ONNX file that `oneiros segment --model` takes. A run that ' +
        'was stopped or killed goes on from its checkpoint when the same command is given again, to the same weights as if ' +
        'it had not been.',
    )
    .requiredOption('--data <dir>', 'the folder with image/ and label/')
    .requiredOption('-o, --out <file>', 'the network to write, an .onnx file')
    .option(
      '--classes <names>',
      'classes and the grey values of masks, the background first, such as cell=255,membrane=0 (default: the values there are, by number)',
      parseClasses,
    )
    .option(
      '--validation <n>',
      'so many pictures, the last ones, are not trained on but tell how well it does',
      (text: string) => parseNumber(text, wholeNumber),
      0,
    )
    .option(
      '--widths <numbers>',
      'channels of each level from the top to the bottom',
      parseWidths,
      defaultWidths,
    )
    .option('--epochs <n>', 'so often each picture is seen, instead of --steps', (text: string) =>
      parseNumber(text, { ...wholeNumber, min: 1 }),
    )
    .option('--curve <file>', 'draw loss and figures over the steps to this SVG file')
    .option('--checkpoint <file>', 'where the state is kept meanwhile (default: <out>.checkpoint)')
    .option('--threads <n>', 'threads to compute with (default: one for each core)', (text: string) =>
      parseNumber(text, { ...wholeNumber, min: 1 }),
    );
  addFlags(command, trainUNetOptions)
    .option('--json', 'print steps as JSON, one line each')
    .action((flags: TrainFlags) => runTrainUNet(flags, terminal));
};

async function runTrainUNet(flags: TrainFlags, terminal: Terminal): Promise<void> {
  const { out, widths, validation, threads } = flags;
  const pictures = await readMaskFolder(flags.data);
  const classes = flags.classes ?? classesIn(pictures);
  const count = pictures.length - validation;
  if (count < 1)
    throw new OneirosError(
      'bad-argument',
      `--validation ${validation} leaves none of the ${pictures.length} pictures to train on`,
    );
  const steps = flags.epochs === undefined ? flags.steps : Math.ceil((flags.epochs * count) / flags.batch);
  terminal.say(
    `training on ${count} pictures, ${classes.map(({ name, value }) => `${name} ${value}`).join(', ')}`,
  );
  const checkpoint = flags.checkpoint ?? `${out}.checkpoint`;
  const training = trainUNet(pictures.slice(0, count), {
    ...resolveOptions(trainUNetOptions, flags),
    steps,
    classes,
    widths,
    validation: pictures.slice(count),
    checkpoint: checkpointFile(checkpoint),
    signal: terminal.signal,
    session: threads === undefined ? {} : { threads },
  });
  const report = new Report(steps, flags.json, terminal);
  try {
    for await (const step of training) {
      report.add(step);
      if (step.step === step.steps) await writeFileAtomic(out, encodeModel(await step.network()));
    }
  } catch (error) {
    if (terminal.signal.aborted)
      terminal.say(`${checkpoint} has the state: the same command goes on from there`);
    throw error;
  } finally {
    report.stop();
  }
  if (flags.curve !== undefined)
    await writeFileAtomic(flags.curve, new TextEncoder().encode(lossSvg(report.lines(), 'U-Net')));
  await rm(checkpoint, { force: true });
}

/** What is told of the steps: a bar with the curve of the loss, and a line for each validation. */
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

  add({ step, steps, epoch, loss, metrics, learningRate, validation }: UNetTrainingStep): void {
    const figures = { loss, ...validation };
    for (const [name, value] of Object.entries(figures)) {
      const points = this.#figures.get(name) ?? [];
      points.push([step, value]);
      this.#figures.set(name, points);
    }
    const losses = (this.#figures.get('loss') ?? []).map(([, value]) => value);
    this.#progress.update(step, `${sparkline(losses, 24)} loss ${loss.toFixed(3)}`);
    if (this.json !== true && validation === null) return;
    const told = Object.entries(validation ?? {}).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    this.terminal.result(
      { step, steps, epoch, loss, ...metrics, learningRate, ...validation },
      [`step ${step}`, `loss ${loss.toFixed(4)}`, ...told].join('  '),
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

function parseClasses(text: string): readonly MaskClass[] {
  return text.split(',').map((part) => {
    const [, name, value] = /^([^=]+)=(\d{1,3})$/.exec(part.trim()) ?? [];
    if (name === undefined || Number(value) > 255)
      throw new InvalidArgumentError('Each class is a name and a grey value from 0 to 255, as in sky=255.');
    return { name, value: Number(value) };
  });
}

function parseWidths(text: string): readonly number[] {
  const widths = text.split(',').map(Number);
  if (widths.length < 2 || !widths.every((width) => Number.isSafeInteger(width) && width >= 1))
    throw new InvalidArgumentError('It must be two or more whole numbers, such as 16,32,64.');
  return widths;
}
