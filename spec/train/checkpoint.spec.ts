import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { bytesSource } from '../../lib/files/source.js';
import { checkpointFile, type CheckpointStore } from '../../lib/train/fit/checkpoint-store.js';
import type { FitOptions } from '../../lib/train/fit/options.js';
import type { TrainingStep } from '../../lib/train/fit/training-state.js';
import { readSafetensors } from '../../lib/weights/formats/safetensors.js';
import { fingerprintOf, longRun, runSteps } from './long-run.js';

const program = fileURLToPath(new URL('long-run.ts', import.meta.url));

/** Runs the program in a separate process; resolves to the lines that it printed. */
async function run(checkpoint: string, ...kill: readonly number[]): Promise<string[]> {
  const args = ['--no-warnings', '--import', './scripts/ts.mjs', program, checkpoint, ...kill.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) lines.push(line);
  return lines;
}

/** Stores states in memory. */
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

async function rejection(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof Error ? error : new Error(`expected an error, not ${String(error)}`);
}

/** The steps of a run, each with a hash of its weights. */
async function stepsOf(checkpoint: CheckpointStore, options: Partial<FitOptions> = {}): Promise<object[]> {
  const told: object[] = [];
  const tell = ({ weights, model, ...figures }: TrainingStep) =>
    told.push({ ...figures, weights: fingerprintOf({ weights, model, ...figures }) });
  await longRun(checkpoint, tell, options);
  return told;
}

/** The step in the header of a saved state. */
function stepIn(state: Uint8Array): string | undefined {
  return /"step":"(\d+)"/.exec(Buffer.from(state).toString('latin1'))?.[1];
}

/** The state with its correct checksum, by zlib: eight hexadecimal digits, computed with zeros in their place. */
function sealed(state: Buffer): Buffer {
  const at = state.indexOf('"checksum":"') + 12;
  state.write('00000000', at);
  state.write(crc32(state).toString(16).padStart(8, '0'), at);
  return state;
}

describe('Checkpoints', () => {
  const store = memory();
  let whole = '';
  before(async () => (whole = await longRun(store)));

  it('resume a run that was killed at any moment, with the same weights as an uninterrupted run', async function () {
    this.timeout(300_000); // two processes that compile TypeScript first
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-training-'));
    try {
      const path = join(folder, 'run.checkpoint');
      const [first, wait] = [randomInt(1, runSteps - 1), randomInt(0, 9)];
      const killed = await run(path, first, wait);
      expect(killed, 'it was killed').to.include(`step ${first}`).and.not.include(`learned ${whole}`);
      const steps = await run(path);
      expect(steps.at(-1), `killed ${wait} ms after step ${first}`).to.equal(`learned ${whole}`);
      // It resumed after a multiple of three steps, from the beginning, or from the end.
      const from = Number(/^step (\d+)/.exec(steps[0] ?? '')?.[1] ?? runSteps);
      expect(from === runSteps || (from - 1) % 3 === 0, `from ${from}`).to.equal(true);
      // An interrupted write may have left its temporary file, which the next run has removed.
      expect(await readdir(folder)).to.deep.equal(['run.checkpoint']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('contain weights, statistics, the optimizer’s state and the step, as safetensors', async () => {
    expect(store.states).to.have.length(5); // after 3, 6, 9, 12 steps, and at the end
    const { weights, metadata } = await readSafetensors(bytesSource(store.states[2]!));
    expect(metadata).to.include({ format: 'oneiros training 2', step: '9', updates: '9' });
    expect(weights.get('learned/encoder1/norm1.running_var')).to.have.property('dims').that.deep.equals([4]);
    const size = (name: string) => weights.get(name)?.dims.reduce((product, dim) => product * dim, 1) ?? NaN;
    const trained = [...weights.keys()].filter((name) => /^learned\/(?!.*running)/.test(name));
    const total = trained.reduce((sum, name) => sum + size(name), 0);
    expect([size('optimizer/firstMoment'), size('optimizer/secondMoment')]).to.deep.equal([total, total]);
  });

  it('resume where they were saved, and the next ones equal those of an uninterrupted run', async () => {
    const again = memory();
    again.states.push(store.states[2]!);
    expect(await longRun(again)).to.equal(whole);
    expect(again.states.slice(1)).to.deep.equal(store.states.slice(3));
  });

  it('of a finished run yield its last step again, without further training', async () => {
    const finished = memory();
    finished.states.push(store.states.at(-1)!);
    const [again, first] = [await stepsOf(finished), await stepsOf(memory())];
    expect(again).to.deep.equal([first.at(-1)]);
    expect(finished.states).to.have.length(1);
  });

  it('repeat a validation during which the run ended, at its last step or before', async () => {
    for (const [fails, begins] of [
      [14, 14],
      [6, 6],
    ] as const) {
      const kept = memory();
      const asked: number[] = [];
      const validating = (fail: boolean) =>
        stepsOf(kept, {
          validateEvery: 6,
          validate: () => {
            const at = Number(stepIn(kept.states.at(-1)!));
            asked.push(at);
            if (fail && at === fails) throw new Error('ended');
            return Promise.resolve({ at });
          },
        });
      expect((await rejection(validating(true))).message).to.equal('ended');
      const told = await validating(false);
      expect(told[0]).to.deep.include({ done: begins, validation: { at: begins } });
      expect(told.at(-1)).to.deep.include({ done: 14, validation: { at: 14 } });
      // A finished validation is not repeated.
      asked.length = 0;
      expect(await validating(false)).to.deep.equal([told.at(-1)]);
      expect(asked).to.deep.equal([]);
    }
  });

  it('have the state of an aborted run, even before the first was due', async () => {
    const kept = memory();
    const controller = new AbortController();
    const aborted = longRun(
      kept,
      ({ done: step }) => {
        if (step === 2) controller.abort(new Error('enough'));
      },
      { signal: controller.signal },
    );
    expect((await rejection(aborted)).message).to.equal('enough');
    expect(kept.states.map(stepIn)).to.deep.equal(['2']);
    expect(await longRun(kept)).to.equal(whole);

    const none = memory();
    const before = longRun(none, () => undefined, { signal: AbortSignal.abort(new Error('early')) });
    expect((await rejection(before)).message).to.equal('early');
    expect(none.states).to.deep.equal([]);
  });

  it('are refused if they are damaged or belong to another run, with an error that names the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-training-'));
    try {
      const path = join(folder, 'run.checkpoint');
      const resume = async (state: Uint8Array) => {
        await writeFile(path, state);
        const error = await failure(longRun(checkpointFile(path)));
        expect(error.message).to.include(JSON.stringify(path));
        expect(await readFile(path)).to.deep.equal(Buffer.from(state));
        return error;
      };
      const bytes = Buffer.from(store.states[0]!);
      const text = bytes.toString('latin1');
      const changed = (from: string, to: string) => sealed(Buffer.from(text.replace(from, to), 'latin1'));
      // Any bit, even in a weight, where the format cannot detect it.
      for (const at of [bytes.length - 1, bytes.length >> 1, bytes.length >> 2, 400]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 4;
        const error = await resume(flipped);
        expect(error.code).to.equal('bad-input');
        expect(error.message).to.match(/damaged: its checksum is .*; remove it to start over/);
      }
      for (const length of [0, 5, 30, 1000, bytes.length - 1])
        expect((await resume(bytes.subarray(0, length))).code).to.equal('bad-input');
      const other = await resume(changed('batch\\":2', 'batch\\":4'));
      expect(other.code).to.equal('bad-argument');
      expect(other.message).to.match(/another run \(batch 4, now 2\)/);
      const slower = await resume(changed('rate\\":0.01', 'rate\\":0.02'));
      expect(slower.message).to.match(/another run \(rate 0.02, now 0.01\)/);
      expect((await resume(changed('training 2', 'training 9'))).message).to.match(
        /not the state of a training run of this version/,
      );
      expect((await resume(changed('"step":"3"', '"step":"x"'))).message).to.match(/damaged: its step is x/);
      expect((await resume(changed('learned/head.bias', 'learned/head.bios'))).message).to.match(
        /belongs to another model.*"head.bias" is missing/,
      );
      expect((await resume(changed('firstMoment', 'firstMomemt'))).message).to.match(
        /belongs to another model or optimizer/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that were only partly written are removed by the next run, but no other files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-training-'));
    try {
      const others = ['.other.0a1b2c3d-0000-4000-8000-000000000000.tmp', '.run.checkpoint.tmp', 'mine.tmp'];
      const left = '.run.checkpoint.0a1b2c3d-0000-4000-8000-000000000000.tmp';
      for (const name of [left, ...others]) await writeFile(join(folder, name), 'half');
      expect(await checkpointFile(join(folder, 'run.checkpoint')).load()).to.equal(null);
      expect((await readdir(folder)).toSorted()).to.deep.equal(others.toSorted());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are null if there is no file, and refused if there is a folder', async () => {
    expect(await checkpointFile(join(tmpdir(), 'oneiros-no-such-file')).load()).to.equal(null);
    expect((await failure(checkpointFile(tmpdir()).load())).message).to.match(/a folder/);
  });
});
