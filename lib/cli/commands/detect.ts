import type { OptionValues } from '../../base/option-table.js';
import { writeFileAtomic } from '../../files/write.js';
import { type Detection, detectOptions } from '../../networks/detector/detector.js';
import { detectorNames, loadDetector } from '../../networks/detector/load.js';
import { cocoBytes, type CocoResult, cocoResults } from '../../tasks/detect/coco-results.js';
import { detectEach, detectEachOptions } from '../../tasks/detect/detect.js';
import { drawDetections } from '../../tasks/draw/detections.js';
import { InputFlag, OutputFlag, PictureArgument } from '../flags/checked-files.js';
import { parseNamesFlag } from '../flags/class-flags.js';
import { checkModel, modelFiles, modelHelp, pullOf } from '../flags/model-flags.js';
import { placementOf, placementOptions } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { eachPicture, picturesIn, readLater } from '../inputs/each-picture.js';
import { imageIds } from '../inputs/image-ids.js';
import { outputFolder, outputFolderFlag } from '../outputs/output-folder.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const options = { ...detectOptions, ...detectEachOptions, ...placementOptions };

interface DetectFlags extends OptionValues<typeof options> {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: readonly string[];
  readonly out?: string;
  readonly coco?: string;
  readonly images?: string;
  readonly json?: boolean;
}

export const registerDetect: Register = (command, terminal) => {
  command
    .description('Finds the objects in pictures: the class, the box and a score of each.')
    .addArgument(new PictureArgument('<image...>', 'the pictures, or folders of pictures'))
    .addOption(
      new InputFlag('--model <name>', modelHelp('detect', detectorNames), modelFiles).makeOptionMandatory(),
    )
    .addOption(new InputFlag('--weights <file>', 'the weights of a network given by name'))
    .option(
      '--classes <names>',
      'names of the classes in the order of their numbers, such as background,cell',
      parseNamesFlag,
    )
    .addOption(outputFolderFlag('write each picture with its boxes to this folder'))
    .addOption(
      new OutputFlag('--coco <file>', 'write all detections as COCO results to this JSON file', 'json'),
    )
    .addOption(
      new InputFlag(
        '--images <file>',
        'COCO annotations with the id of each file, folders included (default: the last number in its name)',
      ),
    );
  addFlags(command, options)
    .option('--json', 'print results as JSON, one line per picture')
    .hook('preAction', () => checkModel(command, command.opts<DetectFlags>(), 'detect', detectorNames))
    .action((images: readonly string[], flags: DetectFlags) => runDetect(images, flags, terminal));
};

async function runDetect(args: readonly string[], flags: DetectFlags, terminal: Terminal): Promise<void> {
  const { weights, classes: labels, out, coco, images, score, limit, batch } = flags;
  const paths = await picturesIn(args);
  const outputOf = out === undefined ? null : outputFolder(out, paths);
  const idOf = coco === undefined ? null : await imageIds(paths, images, terminal);
  const settings = { placement: placementOf(flags), pull: pullOf(flags, terminal) };
  await using network = await loadDetector(flags.model, { weights, labels, score, limit, ...settings });
  for (const note of network.notes) terminal.say(note);
  const results: CocoResult[] = [];
  const found = detectEach(network, readLater(paths), { score, limit, batch, signal: terminal.signal });
  await eachPicture(paths, 'detect', terminal, found, async ({ key: path, image: picture, detections }) => {
    const id = idOf?.(path) ?? null;
    const file = outputOf === null ? null : pictureFile(outputOf(path));
    await file?.write(drawDetections(picture, detections), recipe('detect', flags));
    if (id !== null) results.push(...cocoResults(id, detections));
    const { width, height } = picture;
    terminal.result({ image: path, width, height, detections }, describe(path, detections), flags.json);
  });
  if (coco !== undefined) await writeFileAtomic(coco, cocoBytes(results));
}

function describe(path: string, detections: readonly Detection[]): readonly string[] {
  const lines = detections.map(
    ({ label, score, box }) =>
      `  ${score.toFixed(2)}  ${label}  ${box.map((edge) => edge.toFixed(1)).join(' ')}`,
  );
  return [`${path}: ${detections.length === 0 ? 'nothing' : `${detections.length} found`}`, ...lines];
}
