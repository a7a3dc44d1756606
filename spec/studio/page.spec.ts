import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

import { readPngText } from '../../lib/image/codec/png/text.js';
import { readRecipe } from '../../lib/studio/state/recipe.js';
import { requireChromium } from '../browser/harness.js';
import { longestTask, tracing } from '../browser/trace.js';
import { pausePaintings } from './pausing.js';
import { readyToDream } from './ready-to-dream.js';
import { cat, classifier, segmenter, vgg } from './slim-files.js';
import {
  drop,
  keepScreenshot,
  mainButton,
  runToEnd,
  setNumber,
  startStudio,
  type Studio,
} from './workbench.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('studio: the page', function () {
  this.timeout(900_000);
  let studio: Studio;
  /** A page with the cat and a slim VGG for all tests that dream: opening a page takes longer than dreaming. */
  let dreamer: Page;

  before(async function () {
    studio = await startStudio(requireChromium(this));
    dreamer = await studio.open();
    await readyToDream(dreamer);
  });
  after(() => studio[Symbol.asyncDispose]());

  it('dreams as a user does: drop, choose, slide, start, stop, resume, undo, compare', async () => {
    const page = dreamer;
    const steps = page.getByRole('slider', { name: 'Steps' });
    await steps.focus();
    await steps.press('ArrowRight');
    expect(await page.getByRole('spinbutton', { name: 'Steps', exact: true }).inputValue()).to.equal('11');
    await setNumber(page, 'Steps', 60);
    expect(await page.getByRole('button', { name: 'relu2_1' }).getAttribute('aria-pressed')).to.equal('true');

    await studio.browser.startTracing(page, tracing);
    await pausePaintings(page);
    await mainButton(page).click();
    await page.getByText('Octave 1 of 2, step 1 of 120').waitFor();
    await mainButton(page).click();
    await page.getByText('Stopped: octave 1 of 2, step 1 of 120').waitFor();
    await pausePaintings(page, false);
    expect(await page.locator('.curve .on').textContent()).to.equal('on WebAssembly');
    await keepScreenshot(page, 'stopped');
    expect(await mainButton(page).textContent()).to.equal('Resume');
    await mainButton(page).click();
    await page.getByText('Octave 2 of 2, step 120 of 120').waitFor();
    await page.locator('.curve .line').first().waitFor();
    await page.waitForSelector('[data-does=start]');
    const longest = await longestTask(await studio.browser.stopTracing());
    expect(longest, 'ms of work in one task of the page').to.be.within(0.1, 50);

    const versions = page.getByRole('list', { name: 'Versions of the picture' }).getByRole('button');
    expect(await versions.count(), 'the final version replaces the stopped one').to.equal(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await versions.nth(0).getAttribute('aria-current')).to.equal('true');
    await page.getByRole('button', { name: 'Redo' }).click();
    expect(await versions.nth(1).getAttribute('aria-current')).to.equal('true');

    const handle = page.getByRole('slider', { name: 'Before and after' });
    const { x, y, width, height } = (await page.locator('.frame').boundingBox())!;
    await page.mouse.move(x + 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 0.6 * width, y + height / 2, { steps: 4 });
    await keepScreenshot(page, 'before-after');
    await page.mouse.up();
    expect(await handle.getAttribute('aria-valuetext')).to.equal('60 % before');
    await handle.press('ArrowLeft');
    expect(await handle.getAttribute('aria-valuenow')).to.equal('55');
    await handle.press('Home');
    expect(await handle.getAttribute('aria-valuetext')).to.equal('after');
  });

  it('saves a PNG with its recipe, which runs on another picture at the next visit with the kept network', async () => {
    const page = dreamer;
    await drop(page, await cat());
    await page.getByRole('img', { name: 'cat.jpg: Original' }).waitFor();
    await setNumber(page, 'Steps', 3);
    await runToEnd(page);
    await page.getByRole('button', { name: 'relu1_2' }).click();
    await runToEnd(page);
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const saved = await download;
    expect(saved.suggestedFilename()).to.equal('cat-dream.png');
    const bytes = await readFile(await saved.path());
    const [first, second] = readRecipe(readPngText(bytes)) ?? [];
    expect(first).to.deep.include({ task: 'dream', model: vgg.name, layers: { layers: { relu2_1: 1 } } });
    expect(first?.settings).to.include({ size: 128, octaves: 2, steps: 3, stepSize: 1.5 });
    expect(second?.layers).to.deep.equal({ layers: { relu1_2: 1, relu2_1: 1 } });

    await page.reload();
    await page.getByRole('tablist').waitFor();
    await page.getByRole('tab', { name: 'Segment' }).click();
    await drop(page, { name: 'saved.png', type: 'image/png', bytes });
    await page.getByText('This picture has its recipe: Dream on relu2_1, then Dream on').waitFor();
    await page.getByRole('button', { name: 'Use its recipe' }).click();
    expect(await page.getByRole('tab', { name: 'Dream' }).getAttribute('aria-selected')).to.equal('true');
    expect(await page.getByRole('spinbutton', { name: 'Octaves', exact: true }).inputValue()).to.equal('2');
    const network = page.locator('.page:not([hidden])').getByRole('combobox', { name: 'Network' });
    expect(await network.locator('option:checked').textContent()).to.equal(vgg.name);

    await page.getByRole('img', { name: 'saved.png: Original' }).waitFor();
    await drop(page, await cat());
    await page.getByRole('img', { name: 'cat.jpg: Original' }).waitFor();
    await page.getByRole('button', { name: 'Run all 2 steps' }).click();
    await page.getByRole('img', { name: 'cat.jpg: Dream on relu2_1 and 1 more' }).waitFor();
    await keepScreenshot(page, 'recipe');
    await page.evaluate(axe);
    expect(await objections(page)).to.deep.equal([]);
    const versions = page.getByRole('list', { name: 'Versions of the picture' }).getByRole('button');
    expect(await versions.count()).to.equal(3);
    await page.getByRole('button', { name: 'Close the recipe' }).click();
    await page.getByRole('region', { name: 'Recipe' }).waitFor({ state: 'hidden' });
  });

  it('keeps networks until they are removed, and reports if there is no room for one', async () => {
    const page = dreamer;
    const network = page.locator('.page:not([hidden])').getByRole('combobox', { name: 'Network' });
    await network.selectOption(vgg.name);
    await page.locator('.page:not([hidden])').getByRole('button', { name: 'Remove this network' }).click();
    await page.getByText('slim-vgg.safetensors is removed.').waitFor();
    await page.reload();
    await page.getByRole('tablist').waitFor();
    expect(await network.locator('option').allTextContents()).to.deep.equal(['VGG-19 slim']);

    const devTools = await page.context().newCDPSession(page);
    const origin = new URL(page.url()).origin;
    await devTools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
    await drop(page, vgg);
    await page
      .getByText(/is ready. It is not kept .*: your browser has no room for [\d.]+ MB more/)
      .waitFor();
    await page.context().close();
  });

  it('paints in the style of another picture, segments and classifies', async () => {
    const page = await studio.open();
    await page.getByRole('tab', { name: 'Style' }).click();
    await drop(page, await cat());
    await page.getByRole('img', { name: 'cat.jpg: Original' }).waitFor();
    await drop(page, vgg);
    await page.getByText('slim-vgg.safetensors is ready.').waitFor();
    await mainButton(page).click();
    await page.getByText('There is no style picture: choose one.').waitFor();
    await page.locator('.page:not([hidden]) .sample', { hasText: 'A rose window' }).click();
    await page.getByRole('button', { name: 'Remove A rose window' }).waitFor();
    await setNumber(page, 'Size', 128);
    await setNumber(page, 'Iterations', 6);
    await runToEnd(page);
    await page.getByRole('img', { name: 'cat.jpg: Style' }).waitFor();
    expect(await page.locator('.curve .value').textContent()).to.match(/^loss [\d.]/);
    await keepScreenshot(page, 'style');

    const results = page.getByRole('region', { name: 'Results' });
    await page.getByRole('tab', { name: 'Segment' }).click();
    await drop(page, await segmenter());
    await page.getByText('tiny-unet.pt is ready.').waitFor();
    await runToEnd(page);
    await results.getByRole('heading', { name: 'Share of each class' }).waitFor();
    const shares = await results.locator('.share').allTextContents();
    expect(shares.map(Number.parseFloat).reduce((sum, share) => sum + share)).to.be.closeTo(100, 1.01);

    await page.getByRole('tab', { name: 'Classify' }).click();
    await drop(page, classifier());
    await page.getByText('ten-classes.onnx is ready.').waitFor();
    await setNumber(page, 'Top', 3);
    await runToEnd(page);
    await results.getByRole('heading', { name: 'It looks like' }).waitFor();
    expect(await results.getByRole('listitem').count()).to.equal(3);
    await keepScreenshot(page, 'classify');

    await page.getByRole('tab', { name: 'Detect' }).click();
    await results.getByRole('heading', { name: 'It looks like' }).waitFor({ state: 'hidden' });
    await page.context().close();
  });

  it('finds the cells of a sample with one tap, on a phone', async () => {
    const page = await studio.open({ viewport: { width: 390, height: 844 }, hasTouch: true });
    await page.getByRole('button', { name: 'A blood smear' }).click();
    const results = page.getByRole('region', { name: 'Results' });
    await results.getByRole('heading', { name: /found$/ }).waitFor();
    expect(await results.locator('.muted').textContent()).to.match(/\d+ × RBC, \d+ × Platelets, 2 × WBC/);
    const found = await results.getByRole('listitem').count();
    expect(await page.locator('.box').count()).to.equal(found);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, 'no label extends beyond the page').to.equal(0);
    await keepScreenshot(page, 'phone-cells');
    await setNumber(page, 'Score', 1);
    await results.getByRole('heading', { name: 'Nothing found' }).waitFor();

    await page.getByRole('tab', { name: 'Segment' }).click();
    await page.locator('.page:not([hidden]) .sample', { hasText: 'Nerve tissue' }).waitFor();
    await page.context().close();
  });

  it('reports files that it cannot read', async () => {
    const page = await studio.open();
    await drop(page, { name: 'letter.jpg', type: 'image/jpeg', bytes: new TextEncoder().encode('Dear cat') });
    await page.getByRole('alert').getByText('Your browser cannot read this file as a picture.').waitFor();
    await drop(page, { name: 'broken.onnx', bytes: Uint8Array.of(1, 2, 3) });
    await page.getByRole('alert').getByText('broken.onnx cannot be used as a network').waitFor();
    await page.getByRole('button', { name: 'Close this message' }).click();
    expect(await page.getByRole('alert').textContent()).to.equal('');
    await page.context().close();
  });

  it('works with only a keyboard', async () => {
    const page = await studio.open();
    const press = (key: string) => page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await press('Tab');
    expect(await focused()).to.equal('Skip to the controls');
    await press('Tab');
    expect(await focused()).to.equal('Dream');
    await press('ArrowRight');
    await press('ArrowLeft');
    expect(await focused(), 'arrow keys move between tabs').to.equal('Dream');
    await press('Shift+Tab');
    await press('Enter');
    await press('Tab');
    const inPanel = await page.evaluate(() => document.activeElement?.closest('#panel') !== null);
    expect(inPanel, 'past the picture').to.equal(true);

    await page.getByRole('button', { name: 'A cat' }).focus();
    await press('Enter');
    await page.getByRole('img', { name: 'A cat: Original' }).waitFor();
    await drop(page, vgg);
    await page.getByText('slim-vgg.safetensors is ready.').waitFor();
    await page.getByRole('button', { name: 'relu1_2' }).focus();
    await press('Space');
    await page.getByRole('spinbutton', { name: 'Size', exact: true }).focus();
    await page.keyboard.type('128');
    await pausePaintings(page);
    await press('Control+Enter');
    await page.getByText(/^Octave 1 of 4, step 1 of \d+$/).waitFor();
    await press('Escape');
    await page.getByText(/^Stopped: octave 1 of 4, step 1 of \d+$/).waitFor();
    await page.getByRole('tab', { name: 'Dream' }).focus();
    await press('Control+z');
    await page.getByRole('img', { name: 'A cat: Original' }).waitFor();
    await press('Control+Shift+z');
    await page.getByRole('img', { name: 'A cat: Dream on relu1_2' }).waitFor();
    await page.context().close();
  });

  it('passes the checks of axe, light and dark, on a desktop and on a phone', async () => {
    const page = await studio.open({ viewport: { width: 390, height: 844 }, hasTouch: true });
    const schemes = ['light', 'dark'] as const;
    const inBoth = async (what: string) => {
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        // The two schemes differ only in colors.
        const rules = colorScheme === 'light' ? null : ['color-contrast'];
        expect(await objections(page, rules), `${what}, ${colorScheme}`).to.deep.equal([]);
      }
    };
    await page.evaluate(axe);
    await inBoth('at the start');
    await readyToDream(page);
    await setNumber(page, 'Steps', 2);
    await runToEnd(page);
    for (const tab of ['Dream', 'Style', 'Detect', 'Segment', 'Classify']) {
      await page.getByRole('tab', { name: tab }).click();
      for (const details of await page.locator('.more:visible:not([open]) summary').all())
        await details.click();
      await inBoth(tab);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${tab} is wider than the screen`).to.equal(0);
    }
    const { y, height } = (await mainButton(page).boundingBox())!;
    expect(y + height, 'the button is on the screen').to.be.at.most(844);
    await page.getByRole('button', { name: 'Keys and hints' }).click();
    for (const [name, viewport] of Object.entries({
      phone: { width: 390, height: 844 },
      desk: { width: 1280, height: 800 },
    }))
      for (const colorScheme of schemes) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await keepScreenshot(page, `${name}-${colorScheme}`);
      }
    await inBoth('hints');
    await page.context().close();
  });

  it('works offline once it was loaded, and keeps only the one runtime build that it needs', async () => {
    const page = await studio.open({ serviceWorkers: 'allow' });
    const kept = () =>
      page.evaluate(async () => {
        const requests = await Promise.all(
          (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
        );
        return requests.flat().flatMap(({ url }) => /ort-wasm.*\.wasm$/.exec(url)?.[0] ?? []);
      });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    while ((await kept()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole('tablist').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated), 'threads are allowed').to.equal(true);
    await readyToDream(page);
    await setNumber(page, 'Steps', 2);
    await runToEnd(page);
    await page.getByRole('img', { name: 'cat.jpg: Dream on relu2_1' }).waitFor();
    const names = await kept();
    expect(names).to.have.length(1);
    expect(names[0], 'not the one for WebGPU').not.to.include('asyncify');
    await page.context().close();
  });
});

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/**
 * The violations of WCAG 2.2 AA that axe finds.
 * @param rules the rules of axe to check; `null` for all
 */
async function objections(page: Page, rules: readonly string[] | null = null): Promise<readonly string[]> {
  // Colors are measured after all animations have ended.
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  const options = rules === null ? {} : { runOnly: rules };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
