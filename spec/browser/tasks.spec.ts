import { expect } from 'chai';
import type { Page } from 'playwright-core';

import { codec } from '../../lib/image/codec/platform-codec.node.js';
import type { Placement } from '../../lib/runtime/types.js';
import { entries } from '../api/entries.js';
import { pictures } from '../image/pictures.js';
import { agreesWithNode, expectSame, node, specFile } from './agreement.js';
import { requireChromium, startWorkbench, type Workbench } from './harness.js';
import * as tasks from './tasks.js';
import { longestTask, tracing } from './trace.js';

function largest(found: readonly number[], wanted: ArrayLike<number>): number {
  expect(found.length).to.equal(wanted.length).and.above(0);
  return found.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted[i]!)), 0);
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
    const found = await page.evaluate(() =>
      Object.entries(window.entries).map(([entry, names]) => [entry, Object.keys(names).sort()] as const),
    );
    const namesByEntry = new Map<string, object>(Object.entries(entries));
    expect(found).to.have.length(namesByEntry.size);
    for (const [entry, names] of found)
      expect(names).to.deep.equal(Object.keys(namesByEntry.get(entry) ?? {}).sort());
  });

  it('reads pictures of every kind as Node does', async () => {
    const found = await page.evaluate(
      async (files) => {
        const read = files.map((bytes) => window.oneiros.decodeImage(Uint8Array.from(bytes)));
        return (await Promise.all(read)).map(({ width, height, data }) => ({
          width,
          height,
          data: Array.from(data, (value) => value * 255),
        }));
      },
      pictures.map(({ file }) => [...file]),
    );
    for (const [i, { name, width, height, levels, tolerance }] of pictures.entries()) {
      expect(found[i], name).to.include({ width, height });
      // Browsers round differently when they multiply inks by black; all other numbers are equal.
      const slack = name.endsWith('jpeg') ? 1.01 : tolerance;
      expect(largest(found[i]?.data ?? [], levels), name).to.be.at.most(slack);
    }
  });

  it('reads a JPEG that does not fit one canvas, and reports one that the browser cannot decode', async () => {
    // Every eight rows have another shade. 18 megapixels are more than the 2²⁴ of the smallest canvases.
    const size = { width: 3000, height: 6000 };
    const data = new Uint8ClampedArray(4 * size.width * size.height);
    const shade = (y: number) => (y >> 3) % 256;
    for (let y = 0; y < size.height; y++) data.fill(shade(y), 4 * y * size.width, 4 * (y + 1) * size.width);
    const jpeg = Buffer.from(await codec.encodeJpeg({ ...size, data }, 90)).toString('base64');
    const other = await bench.open();
    const [width, height, shades, refused] = await other.evaluate(async (base64) => {
      const { decodeImage } = window.oneiros;
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = await decodeImage(bytes);
      const places = Array.from({ length: picture.height }, (_, y) => y * picture.width);
      window.createImageBitmap = () => Promise.reject(new Error('no bitmap today'));
      const error = await decodeImage(bytes).then(() => '', String);
      return [picture.width, picture.height, places.map((i) => picture.data[i]! * 255), error] as const;
    }, jpeg);
    await other.close();
    expect({ width, height }).to.deep.equal(size);
    expect(
      largest(
        shades,
        Array.from(shades, (_, y) => shade(y)),
      ),
    ).to.be.at.most(1.01);
    expect(refused).to.include('the browser cannot decode it');
  });

  it('takes pictures from canvases, bitmaps, elements and files, and refuses other objects', async () => {
    const [reds, none, missing] = await page.evaluate(async () => {
      const { encodeImage, readImage } = window.oneiros;
      const canvas = new OffscreenCanvas(4, 3);
      const context = canvas.getContext('2d')!;
      context.fillStyle = 'rgb(255, 0, 51)';
      context.fillRect(0, 0, 4, 3);
      const png = new Blob([new Uint8Array(await encodeImage(await readImage(canvas), 'png'))]);
      const element = new Image();
      element.src = URL.createObjectURL(png);
      await element.decode();
      const sources = [canvas, await createImageBitmap(canvas), element, new File([png], 'red.png')];
      const pictures = await Promise.all(sources.map((source) => readImage(source)));
      const messageOf = (promise: Promise<unknown>) => promise.then(() => '', String);
      return [
        pictures.map(({ width, height, data }) => [width, height, data[0], data[12], data[24]]),
        await messageOf(readImage({ width: 1, height: 1 })),
        await messageOf(readImage('/nothing.png')),
      ] as const;
    });
    for (const red of reds) expect(red).to.deep.equal([4, 3, 1, 0, Math.fround(0.2)]);
    expect(none).to.include('this is not a picture');
    expect(missing).to.include('cannot read /nothing.png: the server responded with HTTP 404');
  });

  it('keeps memory flat in a long style transfer, ends it at an abort, and frees its workers', async () => {
    const { done, memory, after, rejects } = await page.evaluate(() =>
      window.measures.longStyle({ provider: 'wasm' }, 200),
    );
    expect([done, after, rejects]).to.deep.equal([200, 0, true]);
    expect(memory.at(-1)).to.be.at.most(1.1 * memory[0]!);
    await Promise.all(page.workers().map((worker) => worker.waitForEvent('close', { timeout: 0 })));
    expect(page.workers()).to.have.length(0);
  });

  it('does not block the page for 50 ms while it loads a network and dreams', async () => {
    const placement: Placement = { provider: 'wasm' };
    const weights = await page.evaluateHandle(() => window.measures.googLeNetWeights());
    await bench.browser.startTracing(page, tracing);
    const dreaming = [weights, placement] as const;
    const done = await page.evaluate(([given, at]) => window.measures.dreamBriefly(given, at), dreaming);
    const longest = await longestTask(await bench.browser.stopTracing());
    expect(done).to.equal(2);
    expect(longest, 'ms of work in one task of the page').to.be.within(0.1, 50);
  });

  describe('on wasm', () => agreesWithNode('wasm', () => page));

  it('classifies as Node does, on WebGPU: spec/slow/webgpu.spec.ts runs the other tasks on it', async () => {
    const found = await page.evaluate((at) => window.tasks.classify(at), { provider: 'webgpu' } as const);
    expectSame(found, await tasks.classify(node), 1e-3);
  });

  it('detects as Node does, with a MobileNet', async () => {
    const file = 'models/golden/faster-rcnn-mobilenet.pth';
    const found = await page.evaluate(([at, path]) => window.tasks.detect(at, path), [
      { provider: 'wasm' },
      `/golden/${file}`,
    ] as const);
    expectSame(found, await tasks.detect(node, specFile(file)), 1e-3);
  });
});
