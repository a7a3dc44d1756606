import { inspectModel, type Inspection, type LayerReport, type PortReport } from '../../models/inspect.js';
import { networkNames } from '../../models/open.js';
import { readModel } from '../../onnx/files.js';
import type { Model } from '../../onnx/graph.js';
import { count, type OptionValues } from '../../options.js';
import type { Register } from '../command.js';
import { addFlags } from '../flags.js';
import { addWeightFlags, checkWeights, networkOf, parseModel, type NetworkFlags } from '../network.js';
import type { Terminal } from '../terminal.js';

const inspectOptions = {
  size: count(224, 'width and height in pixels, where the model leaves them open'),
};

interface InspectFlags extends Omit<NetworkFlags, 'model'>, OptionValues<typeof inspectOptions> {
  readonly json?: boolean;
}

export const registerInspect: Register = (program, terminal) => {
  const command = program
    .command('inspect')
    .summary('list what a model is made of')
    .description('Lists what a model is made of: operators, layers, shapes, parameters, multiply-adds.')
    .argument('<model>', `an ONNX file, or one of ${networkNames.join(', ')} with its weights`, parseModel);
  addFlags(addWeightFlags(command), inspectOptions)
    .option('--json', 'print it as one JSON object')
    .action(async (model: string, flags: InspectFlags) => {
      checkWeights(command, { ...flags, model });
      const inspection = inspectModel(await modelOf({ ...flags, model }, terminal), flags.size);
      terminal.result({ model, ...inspection }, describe(model, inspection), flags.json);
    });
};

/** An ONNX file is taken as it is, whatever network it may be recognised as. */
async function modelOf(flags: NetworkFlags, terminal: Terminal): Promise<Model> {
  if (!networkNames.includes(flags.model)) return readModel(flags.model);
  await using network = await networkOf(flags, terminal);
  return network.model;
}

function describe(model: string, inspection: Inspection): string {
  const { inputs, outputs, opsets, operators, layers, parameters, multiplyAdds } = inspection;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ');
  return [
    model,
    `inputs         ${inputs.map(port).join('; ')}`,
    `outputs        ${outputs.map(port).join('; ')}`,
    `operator sets  ${list(opsets)}`,
    `operators      ${list(operators)}`,
    `parameters     ${grouped(parameters)}`,
    `multiply-adds  ${grouped(multiplyAdds)}`,
    '',
    ...table([['layer', 'operator', 'shape', 'parameters', 'multiply-adds'], ...layers.map(row)]),
  ].join('\n');
}

function port({ name, type, shape }: PortReport): string {
  return `${name} ${type ?? '?'} ${sizes(shape)}`;
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

/** Columns of equal width; the last two hold numbers, which stand to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
