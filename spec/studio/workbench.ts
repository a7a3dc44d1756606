import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { build } from 'vite';

import { chromiumFlags } from '../../scripts/chromium.mjs';
import { portOf, serve } from '../browser/harness.js';
import { holdStates } from './pausing.js';

const root = join(import.meta.dirname, '../..');
/** How long the specs wait for a state of the page, in ms. */
const waitLimit = 240_000;
/** Screenshots of each run, for inspection. */
const pictures = join(root, 'artifacts/studio');

/** The published studio, served from this machine, and a browser. */
export interface Studio extends AsyncDisposable {
  readonly browser: Browser;
  /** Another browser, with a software GPU: slow to start and slow to run. */
  launchWithGpu(): Promise<Browser>;
  /** @param from the browser to open a page in. @default the browser without a GPU */
  open(options?: BrowserContextOptions, from?: Browser): Promise<Page>;
}

export async function startStudio(executablePath: string): Promise<Studio> {
  const folder = await mkdtemp(join(tmpdir(), 'oneiros-studio-'));
  await mkdir(pictures, { recursive: true });
  await build({
    configFile: join(root, 'scripts/studio/vite.config.mjs'),
    logLevel: 'error',
    build: { outDir: folder, minify: false },
  });
  const server = await serve({ '/': folder });
  // A software GPU would start again for each page.
  const args = chromiumFlags.filter((flag) => !/gpu|Vulkan/.test(flag));
  const browser = await chromium.launch({ executablePath, args });
  return {
    browser,
    launchWithGpu: () => chromium.launch({ executablePath, args: chromiumFlags }),
    async open(options = {}, from = browser) {
      const viewport = { width: 1280, height: 800 };
      // Only the spec that goes offline needs the service worker, which caches the whole studio.
      const context = await from.newContext({ viewport, serviceWorkers: 'block', ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(error));
      // A busy machine may be slow; the spec's timeout ends waits for states that never come.
      page.setDefaultTimeout(waitLimit);
      await page.addInitScript(holdStates);
      await page.goto(`http://127.0.0.1:${portOf(server)}/`);
      await page.getByRole('tablist').waitFor();
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

export interface Dropped {
  readonly name: string;
  readonly type?: string;
  readonly bytes: Uint8Array;
}

/** Drops a file on an element, as from a folder. */
export async function drop(page: Page, { name, type = '', bytes }: Dropped, onto = 'body'): Promise<void> {
  const given = { name, type, text: Buffer.from(bytes).toString('base64') };
  const dataTransfer = await page.evaluateHandle((file) => {
    const data = Uint8Array.from(atob(file.text), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], file.name, { type: file.type }));
    return transfer;
  }, given);
  for (const event of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent(onto, event, { dataTransfer });
}

export function fixture(path: string): Promise<Uint8Array> {
  return readFile(join(root, path));
}

/** The large button that starts, stops and resumes. */
export function mainButton(page: Page): Locator {
  return page.locator('.actions .primary-button');
}

/** Presses the button, and waits until the run has ended. */
export async function runToEnd(page: Page): Promise<void> {
  await mainButton(page).click();
  await page.waitForSelector('.actions [data-does=start]:not(:disabled)');
}

/** Types a number into the field of an option. */
export async function setNumber(page: Page, name: string, value: number): Promise<void> {
  const field = page.getByRole('spinbutton', { name, exact: true });
  await field.fill(String(value));
  await field.press('Enter');
}
