import { basename } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { readImage } from '../../image/codec/read-write.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import type { StyleStep } from '../../tasks/style/descent.js';
import { defaultContentLayers, defaultStyleLayers } from '../../tasks/style/layers.js';
import { styleOptions } from '../../tasks/style/options.js';
import { style } from '../../tasks/style/style.js';
import type { StyleLosses } from '../../tasks/style/whole-loss.js';
import { startWorker } from '../../tasks/worker/remote.js';
import { InputArgument, InputFlag, OutputFlag } from '../flags/checked-files.js';
import { collectLayer, parseNumbers } from '../flags/layer-flags.js';
import { addNetworkFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface StyleFlags extends NetworkFlags, OptionValues<typeof styleOptions> {
  readonly out: string;
  readonly contentLayer?: LayerWeights;
  readonly styleLayer?: LayerWeights;
  readonly blend?: readonly number[];
  readonly initImage?: string;
  readonly json?: boolean;
}

export const registerStyle: Register = (command, terminal) => {
  command
    .description('Neural style transfer: paints one picture in the style of others.')
    .addArgument(new InputArgument('<content>', 'the picture to paint'))
    .addArgument(new InputArgument('<style...>', 'the picture or pictures whose style it gets'))
    .addOption(
      new OutputFlag(
        '-o, --out <file>',
        'the picture to write, .png or .jpg',
        'picture',
      ).makeOptionMandatory(),
    )
    .option(
      '--content-layer <name[=weight]>',
      'a layer whose features are kept from the content; repeatable',
      collectLayer,
    )
    .option(
      '--style-layer <name[=weight]>',
      'a layer whose statistics are matched to the styles; repeatable',
      collectLayer,
    )
    .option(
      '--blend <numbers>',
      'how much each style counts, such as 2,1 (default: all equally)',
      parseNumbers,
    )
    .addOption(new InputFlag('--init-image <file>', 'a picture to start from, instead of --init'));
  addFlags(addNetworkFlags(command), styleOptions)
    .option('--json', 'print the result as JSON')
    .action((content: string, styles: readonly string[], flags: StyleFlags) =>
      runStyle(content, styles, flags, terminal),
    );
};

async function runStyle(
  contentPath: string,
  stylePaths: readonly string[],
  flags: StyleFlags,
  terminal: Terminal,
): Promise<void> {
  const began = performance.now();
  startWorker('style');
  const file = pictureFile(flags.out);
  const content = await readImage(contentPath);
  const styles = await Promise.all(stylePaths.map((path) => readImage(path)));
  const initImage = flags.initImage === undefined ? undefined : await readImage(flags.initImage);
  const network = await networkOf(flags, terminal, (layers) => [
    ...Object.keys(flags.contentLayer ?? defaultContentLayers({ layers })),
    ...Object.keys(flags.styleLayer ?? defaultStyleLayers({ layers })),
  ]);
  const steps = style(network, content, styles, {
    ...resolveOptions(styleOptions, flags),
    blend: flags.blend,
    contentLayers: flags.contentLayer,
    styleLayers: flags.styleLayer,
    initImage,
    signal: terminal.signal,
  });
  const { losses, last } = await watch(steps, flags.iterations, terminal);
  if (last === undefined)
    throw new OneirosError('runtime', 'stopped before the first iteration: nothing was written');
  if (terminal.signal.aborted) terminal.say(`stopped after ${last.done} of ${last.total} iterations`);
  await file.write(
    last.image,
    recipe('style', {
      ...flags,
      styles: stylePaths.map((path) => basename(path)),
      contentLayer: flags.contentLayer ?? defaultContentLayers(network),
      styleLayer: flags.styleLayer ?? defaultStyleLayers(network),
    }),
  );

  const { width, height } = last.image;
  const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
  const result = {
    out: file.path,
    width,
    height,
    loss: losses.map(({ value }) => value),
    styleLoss: losses.map(({ styleLoss }) => styleLoss),
    contentLoss: losses.map(({ contentLoss }) => contentLoss),
    seconds,
  };
  const fall = (last.styleLoss / (losses[0]?.styleLoss ?? NaN)) * 100;
  const text = `${file.path}: ${width}×${height}, style loss down to ${fall.toPrecision(3)} %, ${seconds} s`;
  terminal.result(result, text, flags.json);
}

interface Watched {
  readonly losses: readonly StyleLosses[];
  readonly last: StyleStep | undefined;
}

/** Shows the progress; keeps the losses of every step, but only the last picture. */
async function watch(steps: AsyncIterable<StyleStep>, total: number, terminal: Terminal): Promise<Watched> {
  const losses: StyleLosses[] = [];
  let last: StyleStep | undefined;
  const progress = terminal.progress(total, 'style');
  try {
    for await (const step of steps) {
      const { value, styleLoss, contentLoss, tvLoss } = step;
      progress.update(step.done, `scale ${step.part} of ${step.parts}, loss ${value.toPrecision(4)}`);
      losses.push({ value, styleLoss, contentLoss, tvLoss });
      last = step;
    }
  } catch (error) {
    // After an abort, the last picture is still written.
    if (!terminal.signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  return { losses, last };
}
