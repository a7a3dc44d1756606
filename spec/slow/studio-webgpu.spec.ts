import { expect } from 'chai';

import { requireChromium } from '../browser/harness.js';
import { pausePaintings, resumePainting } from '../studio/pausing.js';
import { readyToDream } from '../studio/ready-to-dream.js';
import {
  keepScreenshot,
  mainButton,
  runToEnd,
  setNumber,
  startStudio,
  type Studio,
} from '../studio/workbench.js';

// A GPU in software takes half a minute for this, so it runs apart from the other specs of the page.
describe('studio: the page, on WebGPU', function () {
  this.timeout(600_000);
  let studio: Studio;
  before(async function () {
    studio = await startStudio(requireChromium(this));
  });
  after(() => studio[Symbol.asyncDispose]());

  it('dreams on WebGPU, shows the provider, and reports a lost GPU', async () => {
    await using browser = await studio.launchWithGpu();
    const page = await studio.open({}, browser);
    await page.getByRole('combobox', { name: 'What networks run on' }).selectOption('webgpu');
    await page.locator('.provider[data-state=ready]').waitFor();
    await readyToDream(page);
    await setNumber(page, 'Size', 64);
    await setNumber(page, 'Octaves', 1);
    await setNumber(page, 'Steps', 2);
    await runToEnd(page);
    await page.getByRole('img', { name: 'cat.jpg: Dream on relu2_1' }).waitFor();
    expect(await page.locator('.curve .on').textContent()).to.equal('on WebGPU');
    await keepScreenshot(page, 'webgpu');

    await pausePaintings(page);
    await mainButton(page).click();
    await page.getByText('Octave 1 of 1, step 1 of 2').waitFor();
    await (await browser.newBrowserCDPSession()).send('Browser.crashGpuProcess');
    await resumePainting(page);
    await page.getByRole('alert').getByText('The run failed: the GPU was lost').waitFor();
  });
});
