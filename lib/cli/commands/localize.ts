import { OneirosError } from '../../base/errors.js';
import type { OptionValues } from '../../base/option-table.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { loadClassifier } from '../../networks/classifier/load.js';
import type { Detection, Detector } from '../../networks/detector/detector.js';
import { detectorNames, loadDetector } from '../../networks/detector/load.js';
import { isAmong } from '../../networks/resolve-name.js';
import { drawDetections } from '../../tasks/draw/detections.js';
import { localizeEach, localizeOptions } from '../../tasks/localize/localize.js';
import { InputFlag, PictureArgument } from '../flags/checked-files.js';
import { catalogedTask, modelFiles, pullOf } from '../flags/model-flags.js';
import {
  addHeadFlags,
  type HeadFlags,
  headOptions,
  placementOf,
  placementOptions,
} from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import { eachPicture, picturesIn, readLater } from '../inputs/each-picture.js';
import { outputFolder, outputFolderFlag } from '../outputs/output-folder.js';
import { pictureFile, recipe } from '../outputs/picture-file.js';
import type { Register, Terminal } from '../terminal/terminal.js';

interface LocalizeFlags
  extends HeadFlags, OptionValues<typeof localizeOptions>, OptionValues<typeof placementOptions> {
  readonly model: string;
  readonly weights?: string;
  readonly layer?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export const registerLocalize: Register = (command, terminal) => {
  command
    .description(
      'Finds the one object in each picture: with a detector, the detection of the highest score; with a classifier, the box of the region that counts for the class (Grad-CAM).',
    )
    .addArgument(new PictureArgument('<image...>', 'the pictures, or folders of pictures'))
    .addOption(
      new InputFlag(
        '--model <name>',
        'a detector or a classifier: its name, or a file that ends in .onnx',
        modelFiles,
      ).makeOptionMandatory(),
    )
    .addOption(new InputFlag('--weights <file>', 'the weights of a network given by name'))
    .option('--layer <name>', 'the layer of a classifier to use (default: the last before its pooling)')
    .addOption(outputFolderFlag('write each picture with its box to this folder'));
  addHeadFlags(command);
  addFlags(command, { ...localizeOptions, ...placementOptions })
    .option('--json', 'print results as JSON, one line per picture')
    .action((images: readonly string[], flags: LocalizeFlags) => runLocalize(images, flags, terminal));
};

async function runLocalize(args: readonly string[], flags: LocalizeFlags, terminal: Terminal): Promise<void> {
  const paths = await picturesIn(args);
  const outputOf = flags.out === undefined ? null : outputFolder(flags.out, paths);
  await using network = await load(flags, terminal);
  const { threshold, layer } = flags;
  const outcomes = localizeEach(network, readLater(paths), { threshold, layer, signal: terminal.signal });
  await eachPicture(paths, 'localize', terminal, outcomes, async ({ key: path, image: picture, found }) => {
    if (outputOf !== null) {
      const file = pictureFile(outputOf(path));
      const drawn = drawDetections(picture, found === null ? [] : [found]);
      await file.write(drawn, recipe('localize', flags));
    }
    const { width, height } = picture;
    terminal.result({ image: path, width, height, ...fieldsOf(found) }, describe(path, found), flags.json);
  });
}

async function load(flags: LocalizeFlags, terminal: Terminal): Promise<Detector | Classifier> {
  const { model, weights } = flags;
  const settings = { weights, placement: placementOf(flags), pull: pullOf(flags, terminal) };
  if (isAmong(detectorNames, model) || catalogedTask(model) === 'detect')
    return loadDetector(model, settings);
  if (/\.onnx$/i.test(model) && weights === undefined) {
    const detector = await loadDetector(model, settings).catch((error: unknown) => {
      // A file that is not a detector may still be a classifier.
      if (error instanceof OneirosError && error.code === 'unsupported') return null;
      throw error;
    });
    for (const note of detector?.notes ?? []) terminal.say(note);
    if (detector !== null) return detector;
  }
  const network = await loadClassifier(model, { ...settings, ...headOptions(flags) });
  for (const note of network.notes) terminal.say(note);
  return network;
}

function fieldsOf(found: Detection | null): object {
  if (found === null) return { box: null };
  const { box, label, labelId, score } = found;
  return { box, label, labelId, score };
}

function describe(path: string, found: Detection | null): string {
  if (found === null) return `${path}: nothing`;
  const { box, label, score } = found;
  return `${path}: ${label} ${score.toFixed(2)}  ${box.map((edge) => edge.toFixed(1)).join(' ')}`;
}
