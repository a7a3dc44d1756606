// `npm run gpu:verify`: installs ONNX Runtime's CUDA libraries, checks on an NVIDIA GPU that each kind of task computes what
// the CPU computes, measures it beside PyTorch, and writes report.md. See README.md of this folder.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';

import { messageOf } from '../../lib/base/errors.js';
import { parseJson } from '../../lib/base/json.js';
import { writeFileAtomic } from '../../lib/files/write.js';
import { machineLine, machineOf } from '../bench/frame/machine.js';
import { hasCudaLibraries, nvidiaFolders } from '../cuda-libraries.mjs';
import type { Outcome } from './check.js';
import { listGpus } from './nvidia.js';
import { parseVerifyOptions, type VerifyOptions } from './options.js';
import { reportPage } from './report.js';
import { stageArguments, type StageSettings } from './stage.js';

const root = join(import.meta.dirname, '../..');
const outcomeSchema = v.object({ name: v.string(), passed: v.boolean(), detail: v.string() });

try {
  await verify();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function verify(): Promise<void> {
  const options = parseVerifyOptions(process.argv.slice(2));
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const gpus = listGpus();
  const gpu = gpus[options.device];
  if (gpu === undefined)
    throw new Error(`there is no GPU ${options.device}: this machine has ${gpus.length}, counted from 0`);
  installLibraries(options.libraries);
  const settings = { ...options, indices: gpus.map(({ index }) => index) };
  const outcomes = await runStages(settings, () => options.seconds - elapsed());
  const results = { gpu, machine: machineLine(machineOf({})), seconds: elapsed(), outcomes };
  const file = join(import.meta.dirname, 'report.md');
  await writeFileAtomic(file, new TextEncoder().encode(reportPage(results)));
  console.log(`Done in ${results.seconds.toFixed(0)} s: ${file}`);
  if (outcomes.some(({ passed }) => !passed)) process.exitCode = 1;
}

/** @throws Error if the GPU does not work at all */
async function runStages(
  settings: StageSettings & VerifyOptions,
  secondsLeft: () => number,
): Promise<readonly Outcome[]> {
  const env = {
    ...process.env,
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    LD_LIBRARY_PATH: libraryPath(settings.libraries),
  };
  const run = (stage: string, variables: NodeJS.ProcessEnv = {}) =>
    runStage(stage, stageArguments(settings), { ...env, ...variables }, secondsLeft());
  const exact = await run('exact-stage', { NVIDIA_TF32_OVERRIDE: '0' });
  if (exact[0]?.passed !== true) throw new Error('nothing ran on the GPU, so no report is written');
  const missing = await run('missing-stage', { CUDA_VISIBLE_DEVICES: '-1' });
  return [...exact, ...missing, ...(await run('speed-stage'))];
}

function installLibraries(folder: string | undefined): void {
  if (folder === undefined && hasCudaLibraries()) return;
  const args = folder === undefined ? [] : ['--from', folder];
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/setup-cuda.mjs'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the CUDA libraries could not be installed: see above');
}

/** Where NVIDIA's libraries are searched: as before, in the given folder, and in Python's packages. */
function libraryPath(folder: string | undefined): string {
  const program = 'import nvidia; print(list(nvidia.__path__)[0])';
  const python = spawnSync(process.env['PYTHON'] ?? 'python3', ['-c', program], { encoding: 'utf8' });
  const places = [folder, python.status === 0 ? python.stdout.trim() : undefined];
  const found = places.flatMap((place) => (place === undefined ? [] : nvidiaFolders(place)));
  return [process.env['LD_LIBRARY_PATH'] ?? '', ...found].filter((path) => path !== '').join(':');
}

/** Runs a stage in its own process, and shows and returns its outcomes. Ends it after some seconds. */
async function runStage(
  stage: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  seconds: number,
): Promise<readonly Outcome[]> {
  const loader = ['--no-warnings', '--import', './scripts/ts.mjs'];
  const child = spawn(process.execPath, [...loader, join(import.meta.dirname, `${stage}.ts`), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: Math.max(1, Math.ceil(seconds * 1000)),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(messageOf(error)));
    child.on('close', (code, signal) =>
      resolve(code === 0 ? null : `it ended with ${signal ?? code ?? '?'}`),
    );
  });
  const outcomes: Outcome[] = [];
  const add = (outcome: Outcome) => {
    outcomes.push(outcome);
    console.log(`${outcome.passed ? 'ok    ' : 'FAILED'} ${outcome.name}: ${outcome.detail}`);
  };
  for await (const line of createInterface(child.stdout)) {
    const parsed = v.safeParse(outcomeSchema, parseJson(line));
    if (parsed.success) add(parsed.output);
  }
  const failure = await ended;
  if (failure !== null) add({ name: stage, passed: false, detail: failure });
  return outcomes;
}
