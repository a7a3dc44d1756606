import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { OneirosError } from '../../lib/errors.js';
import type { CheckpointStore } from '../../lib/train/checkpoint.js';
import { checkpointFile } from '../../lib/train/checkpoint-file.js';
import { bytesSource } from '../../lib/files/source.js';
import { readSafetensors } from '../../lib/weights/safetensors.js';
import { longRun, runSteps } from './long-run.js';

const program = fileURLToPath(new URL('long-run.ts', import.meta.url));

/** Runs the program in a process of its own; resolves to the lines that it told. */
async function run(checkpoint: string, ...kill: readonly number[]): Promise<string[]> {
  const args = ['--no-warnings', '--import', './scripts/ts.mjs', program, checkpoint, ...kill.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) lines.push(line);
  return lines;
}

/** Keeps states in memory. */
function memory(): CheckpointStore & { readonly states: Uint8Array[] } {
  const states: Uint8Array[] = [];
  return {
    states,
    load: () => Promise.resolve(states.at(-1) ?? null),
    save: (bytes) => {
      states.push(bytes);
      return Promise.resolve();
    },
  };
}

async function failure(work: Promise<unknown>): Promise<OneirosError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof OneirosError) return error;
  throw new Error(`expected an OneirosError, not ${String(error)}`);
}

describe('checkpoints', () => {
  const store = memory();
  let whole = '';
  before(async () => (whole = await longRun(store)));

  it('take a run that was killed at any moment to the very weights of one that was not', async function () {
    this.timeout(300_000); // two processes that compile TypeScript first
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-training-'));
    try {
      const path = join(folder, 'run.checkpoint');
      const [first, wait] = [randomInt(1, runSteps - 1), randomInt(0, 9)];
      const killed = await run(path, first, wait);
      expect(killed, 'it was killed').to.include(`step ${first}`).and.not.include(`learned ${whole}`);
      const steps = await run(path);
      expect(steps.at(-1), `killed ${wait} ms after step ${first}`).to.equal(`learned ${whole}`);
      // It went on from the last of every third step, from the begin, or from the end.
      const from = Number(/^step (\d+)/.exec(steps[0] ?? '')?.[1] ?? runSteps);
      expect(from === runSteps || (from - 1) % 3 === 0, `from ${from}`).to.equal(true);
      // A write that was cut off may have left its temporary file, never a broken checkpoint.
      expect((await readdir(folder)).filter((name) => !name.endsWith('.tmp'))).to.deep.equal([
        'run.checkpoint',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('hold weights, statistics, the optimiser’s state and the position, as safetensors', async () => {
    expect(store.states).to.have.length(5); // after 3, 6, 9, 12 steps, and at the end
    const { weights, metadata } = await readSafetensors(bytesSource(store.states[2]!));
    expect(metadata).to.include({ format: 'oneiros training 1', step: '9', updates: '9' });
    expect(weights.get('learned/encoder1/norm1.running_var')).to.have.property('dims').that.deep.equals([4]);
    const size = (name: string) => weights.get(name)?.dims.reduce((product, dim) => product * dim, 1) ?? NaN;
    const trained = [...weights.keys()].filter((name) => /^learned\/(?!.*running)/.test(name));
    const total = trained.reduce((sum, name) => sum + size(name), 0);
    expect([size('optimizer/firstMoment'), size('optimizer/secondMoment')]).to.deep.equal([total, total]);
  });

  it('go on from where they were made, and are made where they would have been', async () => {
    const again = memory();
    again.states.push(store.states[2]!);
    expect(await longRun(again)).to.equal(whole);
    expect(again.states.slice(1)).to.deep.equal(store.states.slice(3));
  });

  it('are refused where they are damaged, or another run’s', async () => {
    const bytes = store.states[0]!;
    const resume = (state: Uint8Array) =>
      failure(longRun({ load: () => Promise.resolve(state), save: () => Promise.resolve() }));
    expect((await resume(bytes.slice(0, 1000))).code).to.equal('bad-input');
    const text = Buffer.from(bytes).toString('latin1');
    const changed = (from: string, to: string) => Buffer.from(text.replace(from, to), 'latin1');
    const other = await resume(changed('batch\\":2', 'batch\\":4'));
    expect(other.code).to.equal('bad-argument');
    expect(other.message).to.match(/another run \(batch 4, now 2\)/);
    const slower = await resume(changed('rate\\":0.01', 'rate\\":0.02'));
    expect(slower.message).to.match(/another run \(rate 0.02, now 0.01\)/);
    expect((await resume(changed('training 1', 'training 9'))).message).to.match(
      /no state of a training run/,
    );
    expect((await resume(changed('"step":"3"', '"step":"x"'))).message).to.match(/damaged: its step is x/);
    expect((await resume(changed('learned/head.bias', 'learned/head.bios'))).message).to.match(
      /"head.bias" is missing/,
    );
  });

  it('are none where there is no file, and not where there is a folder', async () => {
    expect(await checkpointFile(join(tmpdir(), 'oneiros-no-such-file')).load()).to.equal(null);
    expect((await failure(checkpointFile(tmpdir()).load())).message).to.match(/a folder/);
  });
});
