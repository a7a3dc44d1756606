// Compares Faster R-CNN R50-FPN with torchvision's, with the same seeded random weights and the same picture, whose
// shorter side is 800. Each runs in a separate process, alternately. Prints time per picture and the process's peak
// memory; only the ratios are meaningful. Needs Linux, and Python with torch and torchvision.
//
//   npm run bench detect -- [threads = 2] [rounds = 7]
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { FasterRCNN, image, readImage, resize, scaledSize } from '../../lib/api/index.js';

const [first, ...rest] = process.argv.slice(2);
await (first === '--ours' ? serve(rest) : compare(Number(first ?? 2), Number(rest[0] ?? 7)));

async function compare(threads: number, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-detect-'));
  try {
    const photograph = await readImage(join(import.meta.dirname, '../demo/photographs/coffee.jpg'));
    const picture = resize(photograph, scaledSize(photograph, 800, 'shorter'));
    const [weights, pixels] = [join(folder, 'weights.pth'), join(folder, 'pixels')];
    await writeFile(pixels, picture.data);
    const args = [weights, pixels, picture.height, picture.width, threads].map(String);
    const python = ['python3', join(import.meta.dirname, 'detect.py'), ...args];
    const made = spawnSync(python[0]!, python.slice(1), { stdio: 'inherit' });
    if (made.status !== 0) throw new Error('torchvision wrote no weights: check that it is installed');
    const own = [process.execPath, ...process.execArgv, import.meta.filename, '--ours', ...args];
    const sides = { torchvision: await start(python), oneiros: await start(own) };
    const results: Record<keyof typeof sides, Run[]> = { torchvision: [], oneiros: [] };
    for (let i = 0; i <= rounds; i++)
      for (const side of ['torchvision', 'oneiros'] as const) {
        const run = await sides[side].next();
        // The first run is slower on both sides.
        if (i > 0) results[side].push(run);
      }
    for (const side of Object.values(sides)) side.end();
    report(`${picture.width}×${picture.height}, ${threads} threads`, results);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Run {
  readonly milliseconds: number;
  readonly detections: number;
  readonly megabytes: number;
}

/** Starts one side, which replies to each line with a line. */
async function start([command = '', ...args]: readonly string[]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    next: async (): Promise<Run> => {
      child.stdin.write('\n');
      const answer: IteratorResult<string, unknown> = await lines.next();
      const numbers: unknown = answer.done === true ? null : JSON.parse(answer.value);
      if (!Array.isArray(numbers)) throw new Error('one side ended before it was done');
      const [milliseconds = NaN, detections = NaN, megabytes = NaN] = numbers.map(Number);
      return { milliseconds, detections, megabytes };
    },
    end: () => child.stdin.end(),
  };
}

function report(what: string, { torchvision, oneiros }: Record<'torchvision' | 'oneiros', Run[]>): void {
  const median = (runs: readonly Run[]) =>
    runs.map((run) => run.milliseconds).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)] ?? NaN;
  const line = (name: string, runs: readonly Run[]) => {
    const { detections = 0, megabytes = 0 } = runs.at(-1) ?? {};
    return `${name.padEnd(12)} ${median(runs).toFixed(0)} ms  ${megabytes.toFixed(0)} MB peak  ${detections} detections`;
  };
  console.log(what);
  console.log(line('torchvision', torchvision));
  console.log(line('oneiros', oneiros));
  const time = median(oneiros) / median(torchvision);
  const memory = (oneiros.at(-1)?.megabytes ?? NaN) / (torchvision.at(-1)?.megabytes ?? NaN);
  console.log(`ratio: time ${time.toFixed(2)}, memory ${memory.toFixed(2)}`);
}

/** This library's side, in its own process. */
async function serve(args: readonly string[]): Promise<void> {
  const [weights = '', pixels = '', ...numbers] = args;
  const [height = 0, width = 0, threads = 1] = numbers.map(Number);
  const bytes = readFileSync(pixels);
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const picture = image({ width, height }, data);
  await using network = await FasterRCNN.load(weights, {
    score: 0.3,
    placement: { isolation: 'none', provider: 'cpu', threads },
  });
  console.log('ready');
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    if (line !== '') throw new Error(`expected an empty line, not ${line}`);
    const began = performance.now();
    const found = await network.detect(picture, { score: 0.3 });
    console.log(JSON.stringify([performance.now() - began, found.length, peak()]));
  }
}

/** Peak resident memory of this process in MB. */
function peak(): number {
  const [, kilobytes = NaN] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
