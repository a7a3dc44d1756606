import { expect } from 'chai';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Placement } from '../../lib/models/image-network.js';
import { requireChromium, startWorkbench, type Workbench } from './harness.js';
import * as tasks from './tasks.js';

const node: Placement = { provider: 'cpu', threads: 1 };
const golden = (name: string) => join(import.meta.dirname, '..', name);

/** The largest difference of the numbers, and their mean; of numbers above 1 in proportion to them. */
function differences(found: readonly number[] = [], wanted: readonly number[] = []) {
  expect(found.length).to.equal(wanted.length).and.above(0);
  const each = found.map((value, i) => Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!)));
  return {
    worst: each.reduce((a, b) => Math.max(a, b), 0),
    mean: each.reduce((sum, value) => sum + value, 0) / each.length,
  };
}

function expectSame(found: tasks.Outcome, wanted: tasks.Outcome, tolerance: number): void {
  expect(Object.keys(found)).to.deep.equal(Object.keys(wanted));
  for (const [name, numbers] of Object.entries(wanted))
    expect(differences(found[name], numbers).worst, name).to.be.at.most(tolerance);
}

describe('oneiros in a browser', function () {
  this.timeout(600_000);
  let bench: Workbench;
  let page: Page;
  before(async function () {
    bench = await startWorkbench(requireChromium(this));
    page = await bench.open();
  });
  after(() => bench[Symbol.asyncDispose]());

  it('has the exports that Node has', async () => {
    const names = await page.evaluate(() => Object.keys(window.oneiros).sort());
    expect(names).to.deep.equal(Object.keys(await import('../../lib/index.js')).sort());
  });

  for (const provider of ['wasm', 'webgpu'] as const)
    describe(`on ${provider}`, () => {
      it('classifies as Node does', async () => {
        const found = await page.evaluate((at) => window.tasks.classify(at), { provider });
        expectSame(found, await tasks.classify(node), 1e-3);
      });

      it('dreams as Node does, at 256 pixels, 2 octaves of 5 steps', async () => {
        const found = await page.evaluate((at) => window.tasks.dreamOn(at, 256), { provider });
        const wanted = await tasks.dreamOn(node, 256);
        const difference = differences(found['picture'], wanted['picture']);
        expect(difference.mean).to.be.at.most(2 / 255);
        expect(differences(found['objective'], wanted['objective']).worst).to.be.at.most(1e-3);
      });

      it('transfers a style as Node does', async () => {
        const found = await page.evaluate((at) => window.tasks.stylise(at, 2), { provider });
        expectSame(found, await tasks.stylise(node, 2), 1e-3);
      });

      it('segments as Node does', async () => {
        const file = 'models/golden/unet-milesial-transposed.pt';
        const found = await page.evaluate(([at, path]) => window.tasks.segment(at, path), [
          { provider },
          `/golden/${file}`,
        ] as const);
        expectSame(found, await tasks.segment(node, golden(file)), 1e-3);
      });

      it('detects as Node does', async () => {
        const file = 'models/golden/faster-rcnn-mobilenet.pth';
        const found = await page.evaluate(([at, path]) => window.tasks.detect(at, path), [
          { provider },
          `/golden/${file}`,
        ] as const);
        expectSame(found, await tasks.detect(node, golden(file)), 1e-3);
      });
    });
});
