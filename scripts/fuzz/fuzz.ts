// Feeds mutated files to everything that reads untrusted files: `npm run fuzz -- --seconds 60 --seed 1`.
// Each target runs in a child process with limits. An input that makes it hang, die, exceed the memory limit or fail
// with an error that is not a OneirosError is saved in artifacts/fuzz, and the exit code is 1.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

import { makeInput } from './input.js';
import { type Finding, fuzzTarget, type Tally } from './supervise.js';
import { targets } from './targets.js';

const root = join(import.meta.dirname, '../..');
const program = new Command('fuzz')
  .option('--seconds <n>', 'total time for all targets', wholeNumber, 60)
  .option('--inputs <n>', 'maximum number of inputs per target', wholeNumber)
  .option('--seed <n>', 'seed of the random inputs', wholeNumber, 1)
  .option('--target <name...>', `one or more of ${Object.keys(targets).join(', ')} (default: all)`)
  .option('--seeds <folder...>', 'folders with more files to start from', [
    join(root, 'onnx-models'),
    join(root, 'spec/models/golden'),
  ])
  .parse();
const options = program.opts<{
  seconds: number;
  inputs?: number;
  seed: number;
  target?: string[];
  seeds: string[];
}>();

const names = options.target ?? Object.keys(targets);
const unknown = names.find((name) => !Object.hasOwn(targets, name));
if (unknown !== undefined)
  program.error(`there is no target ${unknown}; the targets are ${Object.keys(targets).join(', ')}`);

let findings = 0;
// ONNX files have as many kinds of content as all other files together.
const shares = names.map((name) => (name === 'onnx' ? names.length : 1));
const whole = shares.reduce((sum, share) => sum + share, 0);
for (const [i, name] of names.entries()) {
  const tally = await fuzzTarget(name, {
    milliseconds: (options.seconds * 1000 * shares[i]!) / whole,
    inputs: options.inputs ?? Infinity,
    seed: options.seed,
    folders: options.seeds,
  });
  report(name, tally);
  for (const finding of tally.findings) await keep(name, finding);
  findings += tally.findings.length;
}
console.log(findings === 0 ? 'nothing found' : `${findings} found, saved in artifacts/fuzz`);
process.exitCode = findings === 0 ? 0 : 1;

function report(name: string, { inputs, read, refused, findings: found }: Tally): void {
  console.log(
    `${name.padEnd(11)} ${String(inputs).padStart(7)} inputs: ${read} steps read, ${refused} refused, ${found.length} faults`,
  );
}

async function keep(name: string, { index, step, kind, detail }: Finding): Promise<void> {
  const target = targets[name];
  if (target === undefined) return;
  const folder = join(root, 'artifacts/fuzz');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}-${options.seed}-${index}.bin`);
  await writeFile(file, makeInput(target, await target.seeds(options.seeds), options.seed, index));
  console.log(`  ${kind} at ${step}: ${file}${detail === '' ? '' : `\n    ${detail}`}`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
