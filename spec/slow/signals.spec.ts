import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { smallWorkshop } from '../cli/small-weights.js';
import { speckles } from '../tasks/pictures.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = ['--no-warnings', '--import', './scripts/ts.mjs', 'lib/cli/main.ts'];

interface Ended {
  /** The exit code, or the signal that ended the process. */
  readonly code: number | NodeJS.Signals | null;
  readonly out: readonly string[];
  readonly errors: readonly string[];
}

/** Runs a command in a separate process; calls back with each line of either stream, and the process. */
async function run(
  args: readonly string[],
  onLine: (line: string, child: ChildProcess) => void = () => undefined,
  output: 'pipe' | number = 'pipe',
): Promise<Ended> {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: root,
    stdio: ['ignore', output, 'pipe'],
  });
  const [out, errors]: [string[], string[]] = [[], []];
  for (const [stream, lines] of [
    [child.stdout, out],
    [child.stderr, errors],
  ] as const)
    if (stream !== null)
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        onLine(line, child);
      });
  const code = await new Promise<Ended['code']>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  return { code, out, errors };
}

describe('a command that is stopped', function () {
  // Each process compiles TypeScript first.
  this.timeout(240_000);
  if (process.platform === 'win32') return;
  let shop: Awaited<ReturnType<typeof smallWorkshop>>;
  let folder: string;
  const at = (name: string) => join(folder, name);
  before(async () => {
    shop = await smallWorkshop();
    folder = await mkdtemp(join(tmpdir(), 'oneiros-signals-'));
    for (const part of ['image', 'label']) {
      await mkdir(at(part));
      const picture = speckles({ width: 32, height: 32 });
      // Masks of two classes.
      if (part === 'label')
        for (let i = 0; i < picture.data.length; i++) picture.data[i] = i % 32 < 16 ? 0 : 1;
      for (const name of ['0.png', '1.png'])
        await writeFile(at(`${part}/${name}`), await encodeImage(picture, 'png'));
    }
  });
  after(async () => {
    await shop.remove();
    await rm(folder, { recursive: true });
  });

  const training = (out: string, ...more: readonly string[]) => [
    ...['train', 'unet', '--data', folder, '-o', at(out), '--widths', '4,8', '--crop', '32', '--batch', '1'],
    ...['--elastic', '0', '--threads', '1', '--steps', '1000000', '--checkpoint-every', '1000000', '--json'],
    ...more,
  ];
  const stepOf = (line: string | undefined) => Number(/"step":(\d+)/.exec(line ?? '')?.[1]);

  it('training: saves its state even before the first checkpoint is due, and resumes from it', async () => {
    let last = 0;
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const ended = await run(training('net.onnx'), (line, child) => {
        if (stepOf(line) === last + 2) child.kill(signal);
      });
      expect(ended.code, ended.errors.join('\n')).to.equal(code);
      expect(stepOf(ended.out[0])).to.equal(last + 1);
      last = stepOf(ended.out.at(-1));
      expect(ended.errors.join('\n')).to.include(`${at('net.onnx')}.checkpoint has the state`);
      expect((await readdir(folder)).toSorted()).to.deep.equal(['image', 'label', 'net.onnx.checkpoint']);
    }
  });

  it('training: never announces a state that does not exist', async () => {
    const ended = await run(training('none.onnx'), (line, child) => {
      if (line.startsWith('training on')) child.kill('SIGINT');
    });
    expect(ended.code).to.equal(130);
    const said = ended.errors.some((line) => line.includes('has the state'));
    expect(said).to.equal(existsSync(at('none.onnx.checkpoint')));
    expect(ended.errors.at(-1)).to.equal('oneiros: stopped by Ctrl-C');
  });

  it('dreaming: writes the picture so far, and its exit code shows that it was stopped', async () => {
    const dream = [
      ...[
        'dream',
        shop.path('photo.png'),
        '-o',
        at('frame-%04d.png'),
        '--frames',
        '5000',
        '--model',
        'vgg19',
      ],
      ...['--weights', shop.path('vgg.safetensors'), '--layer', 'relu3_1', '--size', '40', '--octaves', '1'],
      ...['--steps', '2', '--threads', '1'],
    ];
    const ended = await run(dream, (line, child) => {
      if (line.includes('frame-0001.png')) child.kill('SIGTERM');
    });
    expect(ended.code, ended.errors.join('\n')).to.equal(143);
    expect(ended.errors.join('\n')).to.match(
      /stopped after \d+ of 10000 steps\noneiros: stopped by SIGTERM$/,
    );
    const frames = (await readdir(folder)).filter((name) => name.startsWith('frame-'));
    expect(new Set(ended.out.map((line) => /frame-\d+.png/.exec(line)?.[0]))).to.deep.equal(new Set(frames));
  });

  it('by a closed pipe: prints no error and keeps its state', async () => {
    const ended = await run(training('piped.onnx'), (line, child) => {
      if (stepOf(line) === 1) child.stdout?.destroy();
    });
    expect(ended.code).to.equal(141);
    expect(ended.errors.filter((line) => !line.startsWith('training on'))).to.deep.equal([
      `${at('piped.onnx')}.checkpoint has the state: the same command resumes from it`,
    ]);
  });

  it('by a full disk: prints one line and has the exit code of a failure', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const ended = await run(['models', 'list'], undefined, openSync('/dev/full', 'w'));
    expect(ended.code).to.equal(1);
    expect(ended.errors).to.deep.equal([
      'oneiros: cannot write to standard output: no space is left on the device',
    ]);
  });
});
