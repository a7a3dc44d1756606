import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { PreparedModelFiles, preparedModelFiles } from '../../lib/runtime/node/prepared-models.js';
import type { PreparedModel } from '../../lib/runtime/worker/prepared-models.js';

describe('prepared models', () => {
  let folder: string;
  let made: number;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'oneiros-')), 'prepared');
    made = 0;
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  const model = Uint8Array.of(1, 2, 3);
  const prepared: PreparedModel = {
    bytes: new Uint8Array(1000).map((_, i) => i % 251),
    plan: { types: [[4, 1, 'height']], begin: [0], steps: [[[0], []]] },
  };
  /** Slow enough to be stored. */
  const prepare = async () => {
    made++;
    await new Promise((resolve) => setTimeout(resolve, 160));
    return prepared;
  };
  const store = (version = '1', limit = 1e6) => new PreparedModelFiles(folder, limit, version);
  const only = async () => {
    const [name = '', ...others] = await readdir(folder);
    expect(others).to.deep.equal([]);
    return join(folder, name);
  };

  it('are stored, and read instead of being made again', async () => {
    expect(await store().remember(model, { loss: 'y' }, prepare)).to.equal(prepared);
    expect(await store().remember(model, { loss: 'y' }, prepare)).to.deep.equal(prepared);
    expect(made).to.equal(1);
    expect(await store().holding()).to.deep.include({ files: 1 });
  });

  it('depend on the model, the settings and the version', async () => {
    await store().remember(model, { loss: 'y' }, prepare);
    await store().remember(Uint8Array.of(1, 2, 4), { loss: 'y' }, prepare);
    await store().remember(model, { loss: 'z' }, prepare);
    await store('2').remember(model, { loss: 'y' }, prepare);
    expect(made).to.equal(4);
    expect(await readdir(folder)).to.have.length(4);
  });

  it('are not stored if they are made at once', async () => {
    const atOnce = () => Promise.resolve(prepared);
    expect(await store().remember(model, {}, atOnce)).to.equal(prepared);
    expect(await readdir(join(folder, '..'))).to.deep.equal([]);
  });

  it('are made again if a file is cut off, changed, empty or no such file at all', async () => {
    await store().remember(model, {}, prepare);
    const path = await only();
    const whole = await readFile(path);
    const damaged = [
      whole.subarray(0, -1),
      whole.subarray(0, 20),
      Buffer.alloc(0),
      whole.map((byte, i) => (i === 500 ? byte ^ 1 : byte)),
      Buffer.from('x'.repeat(100_000)),
    ];
    for (const [i, bytes] of damaged.entries()) {
      await writeFile(path, bytes);
      expect(await store().remember(model, {}, prepare)).to.deep.equal(prepared);
      expect(made).to.equal(i + 2);
      expect(await readFile(path)).to.deep.equal(whole);
    }
  });

  it('may be stored by several writers at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => store().remember(model, {}, prepare)));
    for (const each of all) expect(each).to.deep.equal(prepared);
    expect(await store().remember(model, {}, prepare)).to.deep.equal(prepared);
    await only();
  });

  it('give way to newer ones beyond the limit, the least recently used first', async () => {
    const files = store('1', 3500);
    for (const name of ['a', 'b', 'c']) await files.remember(model, name, prepare);
    const long = new Date(Date.now() - 1e6);
    for (const name of await readdir(folder)) await utimes(join(folder, name), long, long);
    await files.remember(model, 'a', prepare);
    await files.remember(model, 'd', prepare);
    expect(made).to.equal(4);
    await files.remember(model, 'a', prepare);
    expect(made).to.equal(4);
    expect((await files.holding()).bytes).to.be.at.most(3500);
  });

  it('are neither read nor stored in a folder that others can write to', async function () {
    if (process.platform === 'win32') this.skip();
    await store().remember(model, {}, prepare);
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    await chmod(folder, 0o777);
    await store().remember(model, {}, prepare);
    expect(made).to.equal(2);
  });

  it('are all removed by clear', async () => {
    await store().remember(model, {}, prepare);
    const { files, bytes } = await store().clear();
    expect(files).to.equal(1);
    expect(bytes).to.be.above(1000);
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await store().clear()).to.deep.equal({ files: 0, bytes: 0 });
  });

  it('are not kept by programs that run from sources, or if ONEIROS_CACHE turns them off', () => {
    expect(preparedModelFiles({})).to.equal(null);
    expect(preparedModelFiles({ ONEIROS_CACHE: '0' })).to.equal(null);
  });
});
