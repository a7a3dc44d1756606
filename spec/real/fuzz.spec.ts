import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');
const seconds = 300;
/** The same inputs on every machine; `npm run fuzz` tries others, by seed. */
const inputs = 2300;

describe('files changed at random', () => {
  // Each child takes seconds to start, which the fuzz suite does not count.
  it(`are read or end in an OneirosError, ${inputs} of each kind`, async () => {
    const options = ['--no-warnings', '--import', join(root, 'scripts/ts.mjs')];
    const child = spawn(
      process.execPath,
      [
        ...options,
        join(root, 'scripts/fuzz/fuzz.ts'),
        '--seconds',
        String(seconds),
        '--inputs',
        String(inputs),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = new Promise((resolve) => child.on('close', resolve));
    const report = await text(child.stdout);
    console.log(report);
    expect(await exited, report).to.equal(0);
  }).timeout(3 * seconds * 1000);
});
