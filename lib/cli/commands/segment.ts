import { choice, number, type OptionValues } from '../../base/option-table.js';
import { writeFileAtomic } from '../../files/write.js';
import type { Image } from '../../image/image.js';
import type { NamedClass } from '../../labels/class-text.js';
import { writeLabels } from '../../labels/files.js';
import { loadSegmenter, segmenterNames } from '../../networks/segmenter/load.js';
import type { Segmentation } from '../../networks/segmenter/segmentation.js';
import { segmentOptions } from '../../networks/segmenter/segmenter.js';
import { foregroundPicture, overlay, overlayDefaults } from '../../tasks/draw/segmentation.js';
import { segmentEach } from '../../tasks/segment/segment.js';
import { InputFlag, OutputFlag, PictureArgument } from '../flags/checked-files.js';
import { parseClassesFlag } from '../flags/class-flags.js';
import { checkModel, modelFiles, modelHelp, pullOf } from '../flags/model-flags.js';
import {
  addHeadFlags,
  type HeadFlags,
  headOptions,
  placementOf,
  placementOptions,
} from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { eachPicture, picturesIn, readLater } from '../inputs/each-picture.js';
import { imageIds } from '../inputs/image-ids.js';
import { CocoFile } from '../outputs/coco-file.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import { segmentOutputFlag, segmentOutputs } from '../outputs/segment-outputs.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const pictureOptions = {
  show: choice(
    ['overlay', 'labels', 'probability'],
    'overlay',
    'what to draw: classes as colors over the picture, a mask with the values of the classes, or the probability that a pixel is not background',
  ),
  opacity: number(overlayDefaults.opacity, 'how much of the picture the colors hide', { min: 0, max: 1 }),
  masks: choice(['rle', 'polygons'], 'rle', 'the form of masks in the file of --coco'),
} as const;
const { tile, threshold } = segmentOptions;
const allOptions = { tile, threshold, ...pictureOptions };

interface SegmentFlags
  extends HeadFlags, OptionValues<typeof allOptions>, OptionValues<typeof placementOptions> {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: readonly NamedClass[];
  readonly out?: string;
  readonly coco?: string;
  readonly images?: string;
  readonly json?: boolean;
}

export const registerSegment: Register = (command, terminal) => {
  command
    .description('Gives every pixel of pictures a class, with a U-Net or any other segmentation network.')
    .addArgument(new PictureArgument('<image...>', 'the pictures, or folders of pictures'))
    .addOption(
      new InputFlag('--model <name>', modelHelp('segment', segmenterNames), modelFiles).makeOptionMandatory(),
    )
    .addOption(
      new InputFlag('--weights <file>', 'the weights of a U-Net: a safetensors file or a PyTorch checkpoint'),
    )
    .option(
      '--classes <names>',
      'names of the classes, the background first, such as sky,tree; with values, such as sky=0,tree=255, if masks should have other values than those of the training',
      parseClassesFlag,
    )
    .addOption(
      segmentOutputFlag(
        'the picture to write, .png or .jpg; or a folder, for files with the names of the pictures',
      ),
    )
    .addOption(new OutputFlag('--coco <file>', 'write masks as COCO annotations to this JSON file', 'json'))
    .addOption(
      new InputFlag(
        '--images <file>',
        'COCO annotations with the id of each file, folders included (default: 1, 2, 3 and so on)',
      ),
    );
  addHeadFlags(command);
  addFlags(command, { ...allOptions, ...placementOptions })
    .option('--json', 'print results as JSON, one line per picture')
    .hook('preAction', () => checkModel(command, command.opts<SegmentFlags>(), 'segment', segmenterNames))
    .action(async (given: readonly string[], flags: SegmentFlags) => {
      await runSegment(await picturesIn(given), flags, terminal);
    });
};

async function runSegment(paths: readonly string[], flags: SegmentFlags, terminal: Terminal): Promise<void> {
  const { out, weights, classes } = flags;
  const idOf = flags.images === undefined ? null : await imageIds(paths, flags.images, terminal);
  const files = out === undefined ? [] : segmentOutputs(out, paths, flags.show).map(pictureFile);
  const values = classes?.flatMap(({ value }) => value ?? []) ?? [];
  await using network = await loadSegmenter(flags.model, {
    weights,
    classes: classes?.map(({ name }) => name),
    values: values.length > 0 ? values : undefined,
    ...headOptions(flags),
    placement: placementOf(flags),
    pull: pullOf(flags, terminal),
  });
  for (const note of network.notes) terminal.say(note);
  const coco = new CocoFile(network.classes);
  const segmentations = segmentEach(network, readLater(paths), {
    tile: flags.tile,
    threshold: flags.threshold,
    probabilities: flags.show === 'probability',
    signal: terminal.signal,
  });
  await eachPicture(paths, 'segment', terminal, segmentations, async (outcome) => {
    const { key: path, image: picture, segmentation: found } = outcome;
    const file = files[paths.indexOf(path)];
    const text = recipe('segment', flags);
    if (file !== undefined && flags.show === 'labels') await writeLabels(file.path, found, text);
    else await file?.write(draw(picture, found, flags), text);
    if (flags.coco !== undefined) coco.add(path, idOf?.(path) ?? null, found, flags.masks);
    report(path, file?.path, found, flags, terminal);
  });
  if (flags.coco !== undefined) await writeFileAtomic(flags.coco, coco.bytes());
}

function draw(picture: Image, found: Segmentation, { show, opacity }: SegmentFlags): Image {
  return show === 'probability' && found.probabilities !== null
    ? foregroundPicture(found.probabilities)
    : overlay(picture, found, { opacity });
}

function report(
  image: string,
  out: string | undefined,
  found: Segmentation,
  flags: SegmentFlags,
  terminal: Terminal,
): void {
  const { width, height, classes } = found;
  const areas = classes.map(({ name, fraction }) => `${name} ${(100 * fraction).toFixed(2)} %`);
  terminal.result(
    { image, ...(out !== undefined && { out }), width, height, classes },
    `${image}: ${areas.join(', ')}`,
    flags.json,
  );
}
