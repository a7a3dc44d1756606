import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { endOf, runScript } from '../run-script.js';

describe('a benchmark', () => {
  it('refuses options out of range', async () => {
    const { code, stderr } = await endOf(runScript('scripts/bench/detect.ts', ['--rounds', '0']));
    expect(code).to.equal(1);
    expect(stderr).to.match(/whole number from 1 to 1000/);
  });

  it('writes the results of a suite, and what is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const file = join(folder, 'results.json');
      const args = ['conv-gradient', '--quick', '--rounds', '1', '--no-peers', '--json', file];
      const { code, stdout } = await endOf(runScript('scripts/bench/frame/run.ts', args));
      expect(code, stdout).to.equal(0);
      const results: unknown = JSON.parse(await readFile(file, 'utf8'));
      expect(results).to.have.nested.property('[0].suite', 'conv-gradient');
      expect(results).to.have.nested.property('[0].rows[0].ratios.im2col').that.is.a('number');
      expect(results).to.have.nested.property('[0].machine.versions.onnxruntime-node').that.is.a('string');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
