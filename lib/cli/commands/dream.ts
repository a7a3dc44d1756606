import { OneirosError } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { readImage } from '../../image/codec/read-write.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import { dreamZoom } from '../../tasks/dream/dream.js';
import { defaultDreamLayers } from '../../tasks/dream/layers.js';
import { dreamOptions, zoomOptions } from '../../tasks/dream/options.js';
import type { DreamStep } from '../../tasks/dream/state.js';
import { startWorker } from '../../tasks/worker/remote.js';
import { InputArgument, InputFlag, OutputFlag } from '../flags/checked-files.js';
import { collectLayer } from '../flags/layer-flags.js';
import { addNetworkFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { frameName, frameNames, type PictureFile, pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface DreamFlags
  extends NetworkFlags, OptionValues<typeof dreamOptions>, OptionValues<typeof zoomOptions> {
  readonly out: string;
  readonly layer?: LayerWeights;
  readonly guide?: string;
  readonly json?: boolean;
}

export const registerDream: Register = (command, terminal) => {
  command
    .description('DeepDream: changes a picture so that a network sees more of what it sees in it.')
    .addArgument(new InputArgument('<image>', 'the picture to begin with'))
    .addOption(
      new OutputFlag(
        '-o, --out <file>',
        'the picture to write, .png or .jpg; for several frames, with %03d in its name',
        'picture',
        (pattern, { flags }) => (pattern === undefined ? [] : frameNames(pattern, Number(flags['frames']))),
      ).makeOptionMandatory(),
    )
    .option(
      '--layer <name[=weight]>',
      'a layer to amplify, or one channel of it as layer:channel; repeatable',
      collectLayer,
    )
    .addOption(new InputFlag('--guide <file>', 'dream toward what this picture shows'));
  addFlags(addNetworkFlags(command), { ...dreamOptions, ...zoomOptions })
    .option('--json', 'print the result as JSON')
    .action(async (image: string, flags: DreamFlags) => {
      if (flags.frames > 1 && frameName(flags.out, 1) === flags.out)
        command.error("error: several frames need a number in the output's name: put %03d into it");
      await runDream(image, flags, terminal);
    });
};

async function runDream(path: string, flags: DreamFlags, terminal: Terminal): Promise<void> {
  startWorker('dream');
  const files = frameNames(flags.out, flags.frames).map(pictureFile);
  const photograph = await readImage(path);
  const guide = flags.guide === undefined ? undefined : await readImage(flags.guide);
  const network = await networkOf(flags, terminal, (layers) =>
    Object.keys(flags.layer ?? defaultDreamLayers({ layers })).map((name) => name.replace(/:\d+$/, '')),
  );
  const options = {
    ...resolveOptions({ ...dreamOptions, ...zoomOptions }, flags),
    layers: flags.layer ?? defaultDreamLayers(network),
    guide,
    signal: terminal.signal,
  };
  const results = new FrameWriter(files, { ...flags, layer: options.layers }, terminal);
  const progress = terminal.progress(flags.frames * flags.octaves * flags.steps, 'dream');
  try {
    for await (const step of dreamZoom(network, photograph, options)) {
      progress.update(step.done, `octave ${step.part}, objective ${step.value.toPrecision(4)}`);
      await results.take(step);
    }
  } catch (error) {
    // The unfinished frame is still written, below.
    if (!terminal.signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  await results.finish();
}

/** Writes each frame when it is finished; the last one also if it was stopped before. */
class FrameWriter {
  #objective: number[] = [];
  #last: DreamStep | undefined;
  readonly #began = performance.now();

  constructor(
    readonly files: readonly PictureFile[],
    readonly flags: DreamFlags,
    readonly terminal: Terminal,
  ) {}

  async take(step: DreamStep): Promise<void> {
    if (this.#last !== undefined && this.#last.frame !== step.frame) await this.#write(this.#last);
    this.#objective.push(step.value);
    this.#last = step;
  }

  async finish(): Promise<void> {
    if (this.#last === undefined)
      throw new OneirosError('runtime', 'stopped before the first step: nothing was written');
    if (this.#last.done < this.#last.total)
      this.terminal.say(`stopped after ${this.#last.done} of ${this.#last.total} steps`);
    await this.#write(this.#last);
  }

  async #write({ image, frame }: DreamStep): Promise<void> {
    const file = this.files[frame - 1];
    if (file === undefined) throw new OneirosError('runtime', `there is no file for frame ${frame}`);
    await file.write(image, recipe('dream', this.flags));
    const { width, height } = image;
    const objective = this.#objective.splice(0);
    const seconds = Number(((performance.now() - this.#began) / 1000).toFixed(3));
    const text = `${file.path}: ${width}×${height}, objective ${objective.at(0)?.toPrecision(4)} → ${objective.at(-1)?.toPrecision(4)}, ${seconds} s`;
    this.terminal.result({ out: file.path, width, height, objective, seconds }, text, this.flags.json);
  }
}
