import { Option } from 'commander';

import { OneirosError } from '../../base/errors.js';
import { count, type OptionValues } from '../../base/option-table.js';
import { textTable } from '../../base/text-table.js';
import { writeFileAtomic } from '../../files/write.js';
import { anatomyText } from '../../models/diagram/anatomy-text.js';
import { type Anatomy, anatomyOf } from '../../models/diagram/diagram.js';
import { anatomySvg } from '../../models/diagram/svg.js';
import {
  type Inspection,
  inspectModel,
  type LayerReport,
  type OutputReport,
  type PortReport,
} from '../../models/inspect.js';
import { classifierNames } from '../../networks/classifier/load.js';
import { detectorNames, loadDetector } from '../../networks/detector/load.js';
import type { ImageNetwork } from '../../networks/image-network.js';
import { isAmong } from '../../networks/resolve-name.js';
import { loadSegmenter, segmenterNames } from '../../networks/segmenter/load.js';
import { readModelSource } from '../../networks/source.js';
import { formatModel } from '../../onnx/format-model.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { Task } from '../../weights/catalog/entry.js';
import { InputArgument, OutputFlag } from '../flags/checked-files.js';
import { catalogedTask, checkModel, modelFiles, pullOf } from '../flags/model-flags.js';
import { addWeightFlags, type NetworkFlags, networkOf } from '../flags/network-flags.js';
import { addFlags } from '../flags/option-flags.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const inspectOptions = {
  size: count(224, 'width and height in pixels, if the model leaves them open'),
};

interface InspectFlags extends Omit<NetworkFlags, 'model'>, OptionValues<typeof inspectOptions> {
  readonly svg?: string;
  readonly graph?: boolean;
  readonly json?: boolean;
}

export const registerInspect: Register = (command, terminal) => {
  command
    .description(
      'Lists the parts of a model: operators, layers, shapes, parameters, multiply-adds; for a U-Net also the paths down and up, skip connections, and what is learned.',
    )
    .addArgument(
      new InputArgument(
        '<model>',
        `an ONNX file; a model of the catalog (see oneiros models); or one of ${[...classifierNames, ...segmenterNames, ...detectorNames].join(', ')} with its weights`,
        modelFiles,
      ),
    );
  addFlags(addWeightFlags(command), inspectOptions)
    .addOption(new OutputFlag('--svg <file>', 'draw a U-Net to this SVG file', 'drawing'))
    .addOption(
      new Option('--graph', 'print the graph instead: one line for each input, constant and node').conflicts([
        'json',
        'svg',
      ]),
    )
    .option('--json', 'print it as one JSON object')
    .action(async (name: string, flags: InspectFlags) => {
      const task = taskOf(name);
      checkModel(command, { ...flags, model: name }, task, builders[task]);
      const model = await modelOf({ ...flags, model: name }, terminal);
      if (flags.graph === true) {
        terminal.result({}, formatModel(model).split('\n'), false);
        return;
      }
      const inspection = inspectModel(model, flags.size);
      const anatomy = anatomyOf(model);
      if (flags.svg !== undefined) await draw(anatomy, name, flags.svg);
      const text = [
        ...describe(name, inspection),
        ...(anatomy === null ? [] : ['', ...anatomyText(anatomy).split('\n')]),
      ];
      terminal.result({ model: name, ...inspection, anatomy }, text, flags.json);
    });
};

async function draw(anatomy: Anatomy | null, model: string, path: string): Promise<void> {
  if (anatomy === null)
    throw new OneirosError('bad-argument', `${model} is not a U-Net: it has no skip connections; omit --svg`);
  const title = model.replace(/^.*[/\\]/, '');
  await writeFileAtomic(path, new TextEncoder().encode(anatomySvg(anatomy, title)));
}

const builders: Readonly<Record<Task, readonly string[]>> = {
  classify: classifierNames,
  detect: detectorNames,
  segment: segmenterNames,
};

function taskOf(model: string): Task {
  if (isAmong(segmenterNames, model)) return 'segment';
  return isAmong(detectorNames, model) ? 'detect' : (catalogedTask(model) ?? 'classify');
}

/** An ONNX file is inspected as it is, even if it is recognized as a network. */
async function modelOf(flags: NetworkFlags, terminal: Terminal): Promise<Model> {
  if (/\.onnx$/i.test(flags.model)) return readModelSource(flags.model);
  await using network = await load(flags, terminal);
  return network.model;
}

async function load(flags: NetworkFlags, terminal: Terminal): Promise<ImageNetwork> {
  const task = taskOf(flags.model);
  if (task === 'classify') return networkOf(flags, terminal);
  const settings = { weights: flags.weights, pull: pullOf(flags, terminal) };
  const network =
    task === 'segment'
      ? await loadSegmenter(flags.model, settings)
      : await loadDetector(flags.model, settings);
  for (const note of network.notes) terminal.say(note);
  return network;
}

function describe(model: string, inspection: Inspection): readonly string[] {
  const { inputs, outputs, opsets, operators, layers, parameters, multiplyAdds } = inspection;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ');
  return [
    model,
    `inputs         ${inputs.map(port).join('; ')}`,
    `outputs        ${outputs.map(output).join('; ')}`,
    `operator sets  ${list(opsets)}`,
    `operators      ${list(operators)}`,
    `parameters     ${grouped(parameters)}`,
    `multiply-adds  ${grouped(multiplyAdds)}`,
    '',
    ...textTable([['layer', 'operator', 'shape', 'parameters', 'multiply-adds'], ...layers.map(row)], 3),
  ];
}

function port({ name, type, shape }: PortReport): string {
  return `${name} ${type ?? '?'} ${sizes(shape)}`;
}

function output(report: OutputReport): string {
  const { activation } = report;
  if (activation === null) return port(report);
  return `${port(report)} (${activation === 'none' ? 'scores' : activation === 'unknown' ? 'unknown activation' : activation})`;
}

function row({ name, op, shape, parameters, multiplyAdds }: LayerReport): readonly string[] {
  const number = (value: number) => (value === 0 ? '' : grouped(value));
  return [name, op, sizes(shape), number(parameters), multiplyAdds === null ? '?' : number(multiplyAdds)];
}

function sizes(shape: LayerReport['shape']): string {
  return shape === null ? '?' : shape.join('×') || 'scalar';
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}
