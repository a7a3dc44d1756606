import type { OptionValues } from '../../base/options.js';
import { writeFileAtomic } from '../../files/write.js';
import type { Image } from '../../image/image.js';
import { readImage } from '../../image/read-write.js';
import type { Id } from '../../metrics/ids.js';
import { inBatches } from '../../networks/batches.js';
import {
  batchOf,
  type Detection,
  detectManyOptions,
  detectOptions,
  type Detector,
} from '../../networks/detector/detector.js';
import { detectorNames, loadDetector } from '../../networks/detector/load.js';
import { cocoBytes, type CocoResult, cocoResults } from '../../tasks/detect/coco-results.js';
import { drawDetections } from '../../tasks/draw/detections.js';
import { InputFlag, OutputFlag, PictureArgument } from '../flags/checked-files.js';
import { parseNamesFlag } from '../flags/class-flags.js';
import { checkModel, modelFiles, modelHelp, pullOf } from '../flags/model-flags.js';
import { placementOf, placementOptions } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { eachPicture, picturesIn } from '../inputs/each-picture.js';
import { imageIds } from '../inputs/image-ids.js';
import { outputFolder, outputFolderFlag } from '../outputs/output-folder.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register } from '../terminal/terminal.js';
import type { Terminal } from '../terminal/terminal.js';

const options = { ...detectOptions, ...detectManyOptions, ...placementOptions };

interface DetectFlags extends OptionValues<typeof options> {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: readonly string[];
  readonly out?: string;
  readonly coco?: string;
  readonly images?: string;
  readonly json?: boolean;
}

export const registerDetect: Register = (program, terminal) => {
  const command = program
    .command('detect')
    .summary('find the objects in pictures')
    .description('Finds the objects in pictures: the class, the box and a score of each.')
    .addArgument(new PictureArgument('<image...>', 'the pictures, or folders of pictures'))
    .addOption(
      new InputFlag('--model <name>', modelHelp('detect', detectorNames), modelFiles).makeOptionMandatory(),
    )
    .addOption(new InputFlag('--weights <file>', 'the weights of a network that is given by name'))
    .option('--classes <names>', 'names of the classes by number, such as background,cell', parseNamesFlag)
    .addOption(outputFolderFlag('write each picture with its boxes to this folder'))
    .addOption(
      new OutputFlag('--coco <file>', 'write all detections as COCO results to this JSON file', 'json'),
    )
    .addOption(
      new InputFlag(
        '--images <file>',
        'COCO annotations that name the id of each file, folders included; without them it is the last number in its name',
      ),
    );
  addFlags(command, options)
    .option('--json', 'print results as JSON, one line a picture')
    .hook('preAction', () => checkModel(command, command.opts<DetectFlags>(), 'detect', detectorNames))
    .action((images: readonly string[], flags: DetectFlags) => runDetect(images, flags, terminal));
};

async function runDetect(args: readonly string[], flags: DetectFlags, terminal: Terminal): Promise<void> {
  const { weights, classes: labels, out, coco, images } = flags;
  const paths = await picturesIn(args);
  const outputOf = out === undefined ? null : outputFolder(out, paths);
  const idOf = coco === undefined ? null : await imageIds(paths, images, terminal);
  const { score, limit } = flags;
  await using network = await loadDetector(flags.model, {
    weights,
    labels,
    score,
    limit,
    placement: placementOf(flags),
    pull: pullOf(flags, terminal),
  });
  for (const note of network.notes) terminal.say(note);
  const results: CocoResult[] = [];
  const read = async (path: string): Promise<Input> => {
    const id = idOf?.(path) ?? null;
    return { id, picture: await readImage(path) };
  };
  const lookAt = (group: readonly string[]) => lookAhead(network, group, read, flags, terminal);
  const looks = inBatches(paths, batchOf(network, flags), lookAt);
  await eachPicture(paths, 'detect', terminal, async (path) => {
    const { value: look } = await looks.next();
    if (look === undefined) return;
    const { id, picture, found } = await look();
    if (outputOf !== null) await write(outputOf(path), picture, found, flags);
    if (id !== null) results.push(...cocoResults(id, found));
    report(path, picture, found, flags, terminal);
  });
  if (coco !== undefined) await writeFileAtomic(coco, cocoBytes(results));
}

interface Input {
  /** By which COCO's results name the picture, if they are wanted. */
  readonly id: Id | null;
  readonly picture: Image;
}

interface Look extends Input {
  readonly found: readonly Detection[];
}

/**
 * Looks at some pictures at once: each by a function that waits for it, or throws what went wrong with it. One that cannot be
 * read is no other's concern; where looking at all at once fails, each is looked at by itself.
 */
async function lookAhead(
  network: Detector,
  paths: readonly string[],
  read: (path: string) => Promise<Input>,
  { score, limit }: DetectFlags,
  { signal }: Terminal,
): Promise<readonly (() => Promise<Look>)[]> {
  const settings = { score, limit, signal };
  const inputs = paths.map(read);
  const pictures = (await Promise.allSettled(inputs)).flatMap((input) =>
    input.status === 'fulfilled' ? [input.value.picture] : [],
  );
  const all = pictures.length > 1 ? await network.detectAll(pictures, settings).catch(() => null) : null;
  return inputs.map((input) => {
    const looked = input.then(async ({ id, picture }) => {
      const found = all?.[pictures.indexOf(picture)] ?? (await network.detect(picture, settings));
      return { id, picture, found };
    });
    // It is thrown when its turn comes.
    looked.catch(() => undefined);
    return () => looked;
  });
}

async function write(
  path: string,
  picture: Image,
  found: readonly Detection[],
  flags: DetectFlags,
): Promise<void> {
  const file = pictureFile(path);
  await file.write(drawDetections(picture, found), recipe('detect', flags));
}

function report(
  image: string,
  { width, height }: Image,
  detections: readonly Detection[],
  { json }: DetectFlags,
  terminal: Terminal,
): void {
  const lines = detections.map(
    ({ label, score, box }) =>
      `  ${score.toFixed(2)}  ${label}  ${box.map((edge) => edge.toFixed(1)).join(' ')}`,
  );
  const text = [`${image}: ${detections.length === 0 ? 'nothing' : `${detections.length} found`}`, ...lines];
  terminal.result({ image, width, height, detections }, text, json);
}
