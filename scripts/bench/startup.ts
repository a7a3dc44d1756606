// Times fresh processes of the built package: Node alone, the command line's help, loading the library, and the time from
// the start of a process to the first step of a dream at 512², with its stages, when its gradient must be derived and when
// it was kept. Medians of interleaved rounds.
//
//   npm run build && npm run bench startup -- [rounds = 9] [weights = ../shared/weights/googlenet.safetensors]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [rounds = '9', weights = '../shared/weights/googlenet.safetensors'] = process.argv.slice(2);

const module = (source: string) => ['--input-type=module', '--eval', source];
const oneiros = (...args: readonly string[]) => ['dist/cli/main.js', ...args];
const commands = ['classify', 'detect', 'dream', 'evaluate', 'grad', 'models', 'segment', 'style', 'train'];

/** Prints a line for each stage: its name, and the milliseconds since the start of the process. */
const dream = module(`
  let before = 0;
  const tell = (stage, since = 0) => console.log(stage + ': ' + (performance.now() - since));
  const { dream, GoogLeNet, readImage } = await import('./dist/node/oneiros.js');
  tell('library loaded');
  const network = await GoogLeNet.load(${JSON.stringify(weights)});
  tell('network loaded');
  const photograph = await readImage('scripts/demo/photographs/astronaut.jpg');
  tell('picture read');
  const layers = { 'inception_4c/output': 1 };
  for await (const step of dream(network, photograph, { layers, size: 512, octaves: 1, steps: 4 })) {
    if (step.done === 1) tell('first step');
    if (step.done === 4) tell('a later step alone', before);
    before = performance.now();
  }
`);

const cases: Readonly<Record<string, readonly string[]>> = {
  'node alone': module(''),
  'oneiros --version': oneiros('--version'),
  'oneiros --help': oneiros('--help'),
  ...Object.fromEntries(commands.map((name) => [`oneiros ${name} --help`, oneiros(name, '--help')] as const)),
  "import 'oneiros'": module("import './dist/node/oneiros.js'"),
};

const times = new Map<string, number[]>();
const note = (name: string, milliseconds: number) =>
  times.set(name, [...(times.get(name) ?? []), milliseconds]);

/** Gradients are kept here, not in the user's folder. */
const home = mkdtempSync(join(tmpdir(), 'oneiros-bench-'));

/** Runs a process. @returns its standard output, and its time in milliseconds */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): readonly [output: string, milliseconds: number] {
  const began = performance.now();
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ONEIROS_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const milliseconds = performance.now() - began;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with code ${status ?? '?'}`);
  return [stdout, milliseconds];
}

function noteStages(name: string, output: string): void {
  for (const line of output.trimEnd().split('\n')) {
    const [stage = '', milliseconds] = line.split(': ');
    note(`${name}: ${stage}`, Number(milliseconds));
  }
}

// Keeps the gradient, so that every round finds it.
run(dream);
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, args] of Object.entries(cases)) note(name, run(args)[1]);
  noteStages('dream', run(dream, { ONEIROS_CACHE: '0' })[0]);
  noteStages('dream again', run(dream)[0]);
}
rmSync(home, { recursive: true });

for (const [name, all] of times) {
  const sorted = all.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  console.log(`${name.padEnd(32)} ${median.toFixed(0).padStart(5)} ms  (least ${sorted[0]?.toFixed(0)})`);
}
