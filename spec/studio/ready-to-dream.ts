import type { Page } from 'playwright-core';

import { cat, vgg } from './slim-files.js';
import { drop, setNumber } from './workbench.js';

/** A page with the cat and a slim VGG, ready to dream quickly. */
export async function readyToDream(page: Page): Promise<void> {
  await drop(page, await cat());
  await page.getByRole('img', { name: 'cat.jpg: Original' }).waitFor();
  await drop(page, vgg);
  await page.getByText('slim-vgg.safetensors is ready.').waitFor();
  await page.getByRole('button', { name: 'relu2_1' }).click();
  await page.locator('.tile canvas[data-filled]').first().waitFor();
  await setNumber(page, 'Size', 128);
  await setNumber(page, 'Octaves', 2);
}
