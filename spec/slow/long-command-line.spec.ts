import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

// 600 kB, as for a program with 10,000 files as arguments; Windows accepts at most 32 kB.
const files = Array.from({ length: process.platform === 'win32' ? 300 : 10_000 }, (_, i) =>
  String(i).padStart(60, '/'),
);
const program = ['--import', './scripts/ts.mjs', 'spec/slow/long-command-line.ts'];

/** Runs long-command-line.ts and returns what it printed and how it ended. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [...program, ...args, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '', ...env },
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code: child.exitCode, signal: child.signalCode, out };
}

const sum = { code: 0, signal: null, out: '11,22,33\n' };

describe('a session in a program with a command line of any length', () => {
  for (const isolation of ['thread', 'process', 'none'])
    it(`runs (${isolation})`, async () => {
      expect(await run([isolation, 'main', 'sources'])).to.deep.equal(sum);
    });

  it('runs in the built library', async function () {
    // Mocha does not build the library; `npm test` does.
    if (!existsSync(new URL('../../dist/runtime/session.js', import.meta.url))) this.skip();
    for (const isolation of ['thread', 'process', 'none'])
      expect(await run([isolation, 'main', 'built'])).to.deep.equal(sum);
  });

  it("runs in one of the program's worker threads if possible, and otherwise says what to do", async function () {
    expect(await run(['process', 'worker', 'sources'])).to.deep.equal(sum);
    for (const isolation of ['thread', 'none']) {
      const disabled = { ORT_DISABLE_TELEMETRY: '1' };
      expect(await run([isolation, 'worker', 'sources'], disabled)).to.deep.equal(sum);
      if (process.platform !== 'linux') continue;
      const { code, signal, out } = await run([isolation, 'worker', 'sources']);
      expect({ code, signal }).to.deep.equal({ code: 0, signal: null });
      expect(out).to.match(/the command line is this long.*: set ORT_DISABLE_TELEMETRY=1 before/);
    }
  });
});
