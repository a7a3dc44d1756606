import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

/** Runs host.ts and returns what it printed and how it ended. */
async function host(...args: string[]) {
  const child = spawn(process.execPath, ['--import', './scripts/ts.mjs', 'spec/slow/host.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, signal: child.signalCode, out, err };
}

describe('a host that ends with a session open', () => {
  for (const isolation of ['thread', 'process'])
    it(`ends by itself while idle, and with its own exit code during a run (${isolation})`, async () => {
      const [idle, exit] = await Promise.all([host('idle', isolation), host('exit', isolation)]);
      expect(idle).to.deep.equal({ code: 0, signal: null, out: '', err: '' });
      expect(exit).to.deep.equal({ code: 3, signal: null, out: '', err: '' });
    });

  it('waits for a run in progress, and reports its own error if it fails meanwhile', async () => {
    const [unawaited, thrown] = await Promise.all([host('unawaited', 'thread'), host('throw', 'thread')]);
    expect(unawaited).to.deep.equal({ code: 0, signal: null, out: 'the run was finished\n', err: '' });
    expect(thrown.code).to.equal(1);
    expect(thrown.err)
      .to.match(/Error: the host failed/)
      .and.not.match(/Napi|terminate/);
  });

  it('can run the built library', async function () {
    // Mocha does not build the library; `npm run test:real` does.
    if (!existsSync(new URL('../../dist/runtime/session.js', import.meta.url))) this.skip();
    const ends = await Promise.all(
      ['thread', 'process'].map((isolation) => host('exit', isolation, 'built')),
    );
    for (const end of ends) expect(end).to.deep.equal({ code: 3, signal: null, out: '', err: '' });
  });
});
