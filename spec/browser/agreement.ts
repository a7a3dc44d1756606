import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { Placement } from '../../lib/runtime/types.js';
import * as tasks from './tasks.js';

/** What a browser's results are compared with. */
export const node: Placement = { provider: 'cpu', threads: 1 };
export const specFile = (name: string) => join(import.meta.dirname, '..', name);

/** The largest and the mean difference of the numbers; relative for numbers above 1. */
function differences(found: readonly number[] = [], wanted: readonly number[] = []) {
  expect(found.length).to.equal(wanted.length).and.above(0);
  const each = found.map((value, i) => Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!)));
  return {
    worst: each.reduce((a, b) => Math.max(a, b), 0),
    mean: each.reduce((sum, value) => sum + value, 0) / each.length,
  };
}

export function expectSame(found: tasks.Outcome, wanted: tasks.Outcome, tolerance: number): void {
  expect(Object.keys(found)).to.deep.equal(Object.keys(wanted));
  for (const [name, numbers] of Object.entries(wanted))
    expect(differences(found[name], numbers).worst, name).to.be.at.most(tolerance);
}

/** Tests that tasks in a browser give the same results as in Node, on one provider. */
export function agreesWithNode(provider: 'wasm' | 'webgpu', page: () => Page): void {
  it('classifies as Node does', async () => {
    const found = await page().evaluate((at) => window.tasks.classify(at), { provider });
    expectSame(found, await tasks.classify(node), 1e-3);
  });

  it('dreams as Node does, at 256 pixels, 2 octaves of 5 steps', async () => {
    const found = await page().evaluate((at) => window.tasks.dreamOn(at, 256), { provider });
    const wanted = await tasks.dreamOn(node, 256);
    const difference = differences(found['picture'], wanted['picture']);
    expect(difference.mean).to.be.at.most(2 / 255);
    expect(differences(found['objective'], wanted['objective']).worst).to.be.at.most(1e-3);
  });

  it('transfers a style as Node does', async () => {
    const found = await page().evaluate((at) => window.tasks.stylize(at, 2), { provider });
    expectSame(found, await tasks.stylize(node, 2), 1e-3);
  });

  it('segments as Node does', async () => {
    const file = 'models/golden/unet-milesial-transposed.pt';
    const found = await page().evaluate(([at, path]) => window.tasks.segment(at, path), [
      { provider },
      `/golden/${file}`,
    ] as const);
    expectSame(found, await tasks.segment(node, specFile(file)), 1e-3);
  });

  it('finds blood cells as Node does', async () => {
    const file = 'fasterrcnn-cells.onnx';
    const found = await page().evaluate(([at, path]) => window.tasks.detectCells(at, path), [
      { provider },
      `/models/${file}`,
    ] as const);
    expectSame(found, await tasks.detectCells(node, join('onnx-models', file)), 1e-3);
  });
}
