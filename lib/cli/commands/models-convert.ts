import { stat } from 'node:fs/promises';

import { OneirosError } from '../../base/errors.js';
import { megabytes } from '../../base/format.js';
import { flag, type OptionValues } from '../../base/option-table.js';
import { classifierNames, loadClassifier } from '../../networks/classifier/load.js';
import { detectorNames, loadDetector } from '../../networks/detector/load.js';
import { exportModel } from '../../networks/export-model.js';
import type { ImageNetwork } from '../../networks/image-network.js';
import { isAmong } from '../../networks/resolve-name.js';
import { loadSegmenter, segmenterNames } from '../../networks/segmenter/load.js';
import { writeModel } from '../../onnx/codec/model-files.js';
import { InputArgument, InputFlag, OutputFlag } from '../flags/checked-files.js';
import { parseNamesFlag } from '../flags/class-flags.js';
import { catalogedTask, modelFiles, pullOf } from '../flags/model-flags.js';
import { addFlags } from '../flags/option-flags.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const convertOptions = {
  offline: flag(false, 'never download a model of the catalog (also if ONEIROS_OFFLINE is set)'),
} as const;

interface ConvertFlags extends OptionValues<typeof convertOptions> {
  readonly out: string;
  readonly weights?: string;
  readonly until?: readonly string[];
  readonly classes?: readonly string[];
  readonly json?: boolean;
}

const list = (text: string) => text.split(',');
const builders = [...new Set([...classifierNames, ...detectorNames, ...segmenterNames])];

export const registerConvert: Register = (command, terminal) => {
  command
    .description(
      'Builds a network from a checkpoint (PyTorch or safetensors) and writes it as one ONNX file, from RGB in [0, 1] of any size to its results. No Python is needed.',
    )
    .addArgument(
      new InputArgument(
        '<network>',
        `a model of the catalog; or, with --weights, one of ${builders.join(', ')}`,
        modelFiles,
      ),
    )
    .addOption(new OutputFlag('-o, --out <file>', 'the ONNX file to write', 'model').makeOptionMandatory())
    .addOption(new InputFlag('--weights <file>', 'the checkpoint'))
    .option('--until <layers>', 'omit all that these layers do not need, such as relu4_2,relu5_1', list)
    .option(
      '--classes <names>',
      'names of the classes of a detector or a U-Net, the background first',
      parseNamesFlag,
    );
  addFlags(command, convertOptions)
    .option('--json', 'print the result as JSON')
    .action(async (name: string, flags: ConvertFlags) => {
      await using network = await load(name, flags, terminal);
      for (const note of network.notes) terminal.say(note);
      await writeModel(exportModel(network), flags.out);
      const { size } = await stat(flags.out);
      const { layers } = network;
      terminal.result(
        { model: name, out: flags.out, bytes: size, layers: layers.length },
        `${flags.out}: ${network.name}, ${layers.length} layers, ${megabytes(size)}`,
        flags.json,
      );
    });
};

function load(name: string, flags: ConvertFlags, terminal: Terminal): Promise<ImageNetwork> {
  const { weights, classes, until } = flags;
  const settings = { weights, pull: pullOf(flags, terminal) };
  const task = catalogedTask(name);
  const isSegmenter = isAmong(segmenterNames, name) || task === 'segment';
  if (isSegmenter || isAmong(detectorNames, name) || task === 'detect') {
    if (until !== undefined)
      throw new OneirosError(
        'bad-argument',
        `--until is for classifiers, and ${name} is not a classifier: omit it`,
      );
    return isSegmenter
      ? loadSegmenter(name, { ...settings, classes })
      : loadDetector(name, { ...settings, labels: classes });
  }
  if (classes !== undefined)
    throw new OneirosError(
      'bad-argument',
      `--classes is for detectors and U-Nets, and ${name} is neither: omit it`,
    );
  return loadClassifier(name, { ...settings, until });
}
