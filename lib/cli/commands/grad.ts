import { differentiate } from '../../autodiff/grad.js';
import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import { number, type OptionValues, seed } from '../../base/option-table.js';
import { own } from '../../base/own.js';
import { about } from '../../files/location.js';
import { checkGradient } from '../../gradients/check-gradient.js';
import type { GradientCheck } from '../../gradients/compare.js';
import { readModel, writeModel } from '../../onnx/codec/model-files.js';
import type { Model } from '../../onnx/graph/graph.js';
import { InputArgument, OutputFlag } from '../flags/checked-files.js';
import { addFlags } from '../flags/option-flags.js';
import type { Register, Terminal } from '../terminal/terminal.js';

const gradOptions = {
  seed: seed(1, 'for --check: the point and the directions at which the gradient is checked'),
  size: number(64, 'for --check: width and height in pixels, if the model leaves them open', {
    min: 1,
    max: 10_000,
    integer: true,
  }),
};

/** The largest relative error that passes the check. */
const tolerance = 1e-3;

interface GradFlags extends OptionValues<typeof gradOptions> {
  readonly out: string;
  readonly outputs?: readonly string[];
  readonly wrt?: readonly string[];
  readonly stop?: readonly string[];
  readonly loss?: string;
  readonly prefix?: string;
  readonly checkpoints?: 'auto' | readonly string[];
  readonly check?: boolean;
  readonly json?: boolean;
}

export const registerGrad: Register = (command, terminal) => {
  command
    .description(
      'Differentiates a model: writes an ONNX file whose inputs are the inputs of the model and a cotangent d_<output> for ' +
        'each of --outputs, and whose outputs are those of the model and d_<input> for each of --wrt. Any ONNX Runtime ' +
        'runs it.',
    )
    .addArgument(new InputArgument('<model>', 'the ONNX file to differentiate'))
    .addOption(new OutputFlag('-o, --out <file>', 'the ONNX file to write', 'model').makeOptionMandatory())
    .option(
      '--outputs <names>',
      'what to differentiate, separated by commas (default: every output)',
      parseNames,
    )
    .option('--loss <name>', 'instead of --outputs: one number, whose cotangent is 1')
    .option(
      '--wrt <names>',
      'what to differentiate by: inputs, weights … (default: every input that a gradient reaches)',
      parseNames,
    )
    .option('--stop <names>', 'values through which no gradient passes', parseNames)
    .option(
      '--prefix <text>',
      'the prefix of new names, for a model that already has names such as d_x (default: d_)',
    )
    .option(
      '--checkpoints <names>',
      'save memory for time: keep only these values for the backward pass, and compute what lies between them again; ' +
        'auto chooses them',
      (text) => (text === 'auto' ? text : parseNames(text)),
    )
    .option('--check', 'compare the gradient with finite differences of the model; fails above 1e-3');
  addFlags(command, gradOptions)
    .option('--json', 'print the results as JSON, one object per line')
    .action((model: string, flags: GradFlags) => runGrad(model, flags, terminal));
};

async function runGrad(path: string, flags: GradFlags, terminal: Terminal): Promise<void> {
  const { out, outputs, loss, wrt, stop, prefix, checkpoints, json } = flags;
  const model = await about(path, () => readModel(path));
  const choice = { ...(wrt && { wrt }), ...(stop && { stopGradient: stop }) };
  const seeds = loss === undefined ? { ...(outputs && { outputs }) } : { loss, ...(outputs && { outputs }) };
  const { model: derived, leftOut } = withFlags(() =>
    differentiate(model, {
      ...choice,
      ...seeds,
      ...(prefix !== undefined && { prefix }),
      ...(checkpoints && { checkpoints }),
    }),
  );
  await writeModel(derived, out);
  const [inputs, results] = [namesOf(derived.graph.inputs), namesOf(derived.graph.outputs)];
  const sets = setsOf(derived);
  const versions = sets.map(([domain, version]) => `${domain} ${version}`).join(', ');
  terminal.result(
    { out, opsets: Object.fromEntries(sets), inputs, outputs: results, leftOut },
    [
      `${out}: ${derived.graph.nodes.length} nodes of ${versions}, ${inputs.join(', ')} → ${results.join(', ')}`,
      ...leftOut.map(({ name, why }) => `left out ${name}: ${why}`),
    ],
    json,
  );
  if (flags.check !== true) return;
  const checked = loss === undefined ? outputs : [loss];
  await check(model, { ...choice, ...(checked && { outputs: checked }) }, flags, terminal);
}

async function check(
  model: Model,
  choice: { readonly wrt?: readonly string[]; readonly outputs?: readonly string[] },
  { seed, size, prefix, json }: GradFlags,
  terminal: Terminal,
): Promise<void> {
  const symbols = model.graph.inputs.flatMap(({ type }) => type?.shape?.slice(1) ?? []);
  const sizes = Object.fromEntries(symbols.map((symbol) => [symbol, size]));
  const checks = await checkGradient(model, { ...choice, seed, sizes });
  const widest = Math.max(...checks.map(({ wrt }) => wrt.length));
  for (const result of checks) terminal.result(result, line(result, widest, prefix), json);
  for (const { wrt, error } of checks)
    if (!(error <= tolerance)) terminal.fail(`the gradient by "${wrt}" is off by ${error.toExponential(1)}`);
}

function line(
  { wrt, analytic, numeric, error, rounding, precision }: GradientCheck,
  width: number,
  prefix: string | undefined,
): string {
  const figure = (value: number) => value.toPrecision(6).padStart(12);
  return (
    `${gradientName(wrt.padEnd(width), prefix)}  gradient ${figure(analytic)}  differences ${figure(numeric)}  ` +
    `error ${error.toExponential(1)}  rounding ${rounding.toExponential(1)}  (${precision})`
  );
}

function parseNames(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}

/** The flags for the library's options. */
const flagFor: Readonly<Record<string, string>> = {
  outputs: '--outputs',
  loss: '--loss',
  wrt: '--wrt',
  stopGradient: '--stop',
  prefix: '--prefix',
};

/** Errors name options of the library: here they name the flags. */
function withFlags<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OneirosError)) throw error;
    const message = error.message.replace(/`(\w+)`/g, (text, name: string) => own(flagFor, name) ?? text);
    throw new OneirosError(error.code, message, { cause: error });
  }
}

/** The operator sets of a model by domain; ONNX's own is `ai.onnx`. */
function setsOf({ opsets }: Model): readonly (readonly [domain: string, version: number])[] {
  return Array.from(opsets, ([domain, version]) => [domain || 'ai.onnx', version] as const);
}

function namesOf(infos: Model['graph']['inputs']): readonly string[] {
  return infos.map(({ name }) => name);
}
