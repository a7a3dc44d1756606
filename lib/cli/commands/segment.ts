import { writeFileAtomic } from '../../files/write.js';
import type { Image } from '../../image/image.js';
import { choice, number, type OptionValues } from '../../options.js';
import { cocoMasks, type CocoAnnotation } from '../../vision/coco-masks.js';
import { loadSegmenter, segmenterNames } from '../../vision/load-segmenter.js';
import { foregroundPicture, labelPicture, overlay, overlayDefaults } from '../../vision/palette.js';
import type { Segmentation } from '../../vision/segmentation.js';
import { segmentOptions } from '../../vision/segmenter.js';
import type { Register } from '../command.js';
import { eachPicture, picturesIn } from '../each-picture.js';
import { addFlags } from '../flags.js';
import { checkModel, modelHelp, pullOf } from '../models.js';
import { placementOf, placementOptions } from '../network.js';
import { frameName, pictureFile, recipe } from '../pictures.js';
import { readImage } from '../../files/image.js';
import type { Terminal } from '../terminal.js';

const pictureOptions = {
  show: choice(
    ['overlay', 'labels', 'probability'],
    'overlay',
    'what to draw: classes as colours over the picture, a mask (of more than two classes their numbers), or how sure it is that there is anything',
  ),
  opacity: number(overlayDefaults.opacity, 'how much of the picture the colours hide', { min: 0, max: 1 }),
  masks: choice(['rle', 'polygons'], 'rle', 'how masks are written to the file of --coco'),
} as const;
const { tile, threshold } = segmentOptions;
const allOptions = { tile, threshold, ...pictureOptions };

interface SegmentFlags extends OptionValues<typeof allOptions>, OptionValues<typeof placementOptions> {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: readonly string[];
  readonly out?: string;
  readonly coco?: string;
  readonly json?: boolean;
}

export const registerSegment: Register = (program, terminal) => {
  const command = program
    .command('segment')
    .summary('tell what every pixel of pictures belongs to')
    .description(
      'Tells what every pixel of pictures belongs to, by a U-Net or any other network that segments.',
    )
    .argument('<image...>', 'the pictures, or folders of them')
    .requiredOption('--model <name>', modelHelp('segment', segmenterNames))
    .option('--weights <file>', 'the weights of a U-Net: a safetensors file or a PyTorch checkpoint')
    .option(
      '--classes <names>',
      'names of the classes, the background first, such as sky,tree',
      (text: string) => text.split(','),
    )
    .option('-o, --out <file>', 'the picture to write, .png or .jpg; of several pictures with %d in its name')
    .option('--coco <file>', 'write masks as COCO annotations to this JSON file');
  addFlags(command, { ...allOptions, ...placementOptions })
    .option('--json', 'print results as JSON, one line a picture')
    .hook('preAction', () => checkModel(command, command.opts<SegmentFlags>(), 'segment', segmenterNames))
    .action(async (given: readonly string[], flags: SegmentFlags) => {
      const images = await picturesIn(given);
      if (flags.out !== undefined && images.length > 1 && frameName(flags.out, 1) === flags.out)
        command.error(
          "error: several pictures need a place for their number in the output's name, such as %d",
        );
      await runSegment(images, flags, terminal);
    });
};

async function runSegment(paths: readonly string[], flags: SegmentFlags, terminal: Terminal): Promise<void> {
  const { out } = flags;
  const files =
    out === undefined ? [] : await Promise.all(paths.map((_, i) => pictureFile(frameName(out, i + 1))));
  const { weights, classes } = flags;
  await using network = await loadSegmenter(flags.model, {
    weights,
    classes,
    placement: placementOf(flags),
    pull: pullOf(flags, terminal),
  });
  for (const note of network.notes) terminal.say(note);
  const coco = new CocoFile(network.classes);
  await eachPicture(paths, 'segment', terminal, async (path) => {
    const picture = await readImage(path);
    const found = await network.segment(picture, {
      tile: flags.tile,
      threshold: flags.threshold,
      probabilities: flags.show === 'probability',
      signal: terminal.signal,
    });
    await files[paths.indexOf(path)]?.write(draw(picture, found, flags), recipe('segment', flags));
    if (flags.coco !== undefined) coco.add(path, found, flags.masks);
    report(path, found, flags, terminal);
  });
  if (flags.coco !== undefined) await writeFileAtomic(flags.coco, coco.bytes());
}

function draw(picture: Image, found: Segmentation, { show, opacity }: SegmentFlags): Image {
  if (found.probabilities !== null) return foregroundPicture(found.probabilities);
  return show === 'labels' ? labelPicture(found) : overlay(picture, found, { opacity });
}

function report(image: string, found: Segmentation, flags: SegmentFlags, terminal: Terminal): void {
  const { width, height, classes } = found;
  const areas = classes.map(({ name, fraction }) => `${name} ${(100 * fraction).toFixed(2)} %`);
  terminal.result({ image, width, height, classes }, `${image}: ${areas.join(', ')}`, flags.json);
}

/** A COCO file with what was found in several pictures. */
class CocoFile {
  readonly #images: object[] = [];
  readonly #annotations: (CocoAnnotation & { readonly id: number; readonly image_id: number })[] = [];

  constructor(readonly classes: readonly string[]) {}

  add(path: string, found: Segmentation, masks: 'rle' | 'polygons'): void {
    const id = this.#images.length + 1;
    this.#images.push({ id, file_name: path, width: found.width, height: found.height });
    for (const annotation of cocoMasks(found, masks))
      this.#annotations.push({ id: this.#annotations.length + 1, image_id: id, ...annotation });
  }

  bytes(): Uint8Array {
    const categories = this.classes.slice(1).map((name, i) => ({ id: i + 1, name }));
    const content = { images: this.#images, annotations: this.#annotations, categories };
    return new TextEncoder().encode(`${JSON.stringify(content)}\n`);
  }
}
