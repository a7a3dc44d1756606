import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';

import { random } from '../../lib/tensor/random.js';
import { locateEntry } from '../../lib/weights/catalog/node/locate.js';
import { isWhole } from '../../lib/weights/catalog/node/receipt.js';
import { MisbehavingServer } from './misbehaving-server.js';
import { hasty, toyEntry } from './toy-model.js';

const source = random(3);
const content = Uint8Array.from({ length: 400_000 }, () => source.uniform() * 256);
const sha256 = createHash('sha256').update(content).digest('hex');
const entry = toyEntry(content.length, {
  checksum: { kind: 'sha256', digest: sha256, verified: true, from: 'this spec' },
});

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

describe('A pull that is killed', () => {
  let home: string;
  let server: MisbehavingServer;
  const path = () => join(home, 'models', 'toy.pth');
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'oneiros-'));
    server = await MisbehavingServer.start({ 'toy.pth': content });
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });
  const pull = async () => {
    const options = {
      home,
      mirror: server.address,
      patience: hasty,
      offline: false,
      announce: () => undefined,
    };
    await using located = await locateEntry(entry, options);
    if (typeof located.source !== 'string') throw new Error('a path was expected');
    return await readFile(located.source);
  };

  it('leaves nothing that counts as complete, and the next pull resumes', async () => {
    const script = join(import.meta.dirname, 'pull-child.ts');
    const loader = join(import.meta.dirname, '..', '..', 'scripts', 'ts.mjs');
    for (const killedAt of [50_000, 200_000]) {
      server.faults = [{ kind: 'stall', after: killedAt }];
      const before = await sizeOf(`${path()}.part`);
      const args = ['--import', loader, script, String(content.length), sha256, home, server.address];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = once(child, 'exit');
      // The server stops here until the child is killed, so the received bytes do not change.
      while ((await sizeOf(`${path()}.part`)) <= before && child.exitCode === null) await sleep(5);
      child.kill('SIGKILL');
      await ended;
      expect(existsSync(path())).to.equal(false);
    }
    const before = server.sent;
    expect(await pull()).to.deep.equal(Buffer.from(content));
    // A part was here already; the lock of the killed process was ignored.
    expect(server.sent - before).to.be.below(content.length);
  });

  it('can be resumed from any byte, or starts again if what it left is wrong', async () => {
    const state = (size: number | null) =>
      JSON.stringify({ address: `${server.address}/toy.pth`, size, validator: '"v1"' });
    await mkdir(join(home, 'models'));
    for (const [length, text] of [
      [0, state(content.length)],
      [1, state(content.length)],
      [399_999, state(content.length)],
      [400_000, state(content.length)],
      [1000, state(null)],
      [1000, ''],
      [1000, '{"address":'],
      [1000, state(content.length).replace('v1', 'v0')],
      // Too long, and of the right length but wrong: only the checksum shows that.
      [400_001, state(content.length)],
    ] as const) {
      const part = Buffer.alloc(length);
      part.set(content.subarray(0, length));
      await writeFile(`${path()}.part`, part);
      await writeFile(`${path()}.part.json`, text);
      expect(await isWhole(path())).to.equal(false);
      expect(await pull(), `${length} ${text}`).to.deep.equal(Buffer.from(content));
      await rm(path());
      // The receipt still exists, but is worthless without its file.
      expect(await isWhole(path())).to.equal(false);
    }
  });
});
