// Gradients in a page: vgg19-slim in Chromium on WebAssembly, beside TensorFlow.js, which is fetched for the run.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';

import { messageOf } from '../../lib/base/errors.js';
import { portOf, serve } from '../../spec/browser/harness.js';
import { chromiumFlags, findChromium, howToGetChromium } from '../chromium.mjs';
import type { Bench } from './frame/bench.js';
import { type Case, type Contender } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';
import { writeSlimVgg } from './models/slim-vgg-files.js';
import type {} from './page/main.js';

const packages = ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'];

type Library = 'oneiros' | 'tensorflow';

function gradient(size: number, settings: Partial<Case> = {}): Case {
  return {
    ...settings,
    name: 'vgg19-slim to relu5_1 in Chromium, wasm, forward + gradient',
    size,
    async open(bench) {
      const executablePath = findChromium();
      if (executablePath === undefined) {
        bench.notes.add(`no browser: ${howToGetChromium}`);
        return [];
      }
      if (bench.options.profile) {
        bench.notes.add('ONNX Runtime writes no profile in a browser');
        return [];
      }
      const layers = await writeSlimVgg(bench.folder, size);
      const fetched = bench.options.peers && (await fetchTensorFlow(bench));
      const { page, close } = await openPage(bench.folder, executablePath);
      const { threads } = bench.options;
      const open = async (name: string, library: Library, last: boolean): Promise<Contender> => {
        await page.evaluate(([of, settings]) => window.bench.open(of, settings), [
          library,
          { size, threads, layers },
        ] as const);
        return {
          name,
          run: async () => {
            const [value, ...figures] = await page.evaluate((of) => window.bench.run(of), library);
            return { value, figures };
          },
          // Contenders are disposed in order, and they share the page.
          [Symbol.asyncDispose]: async () => {
            await page.evaluate((of) => window.bench.dispose(of), library);
            if (last) await close();
          },
        };
      };
      const ours = await open('oneiros', 'oneiros', !fetched);
      return fetched ? [ours, await open('TensorFlow.js', 'tensorflow', true)] : [ours];
    },
  };
}

/** Whether TensorFlow.js is in the folder `node_modules` of the run's folder. */
async function fetchTensorFlow({ folder, notes }: Bench): Promise<boolean> {
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  try {
    await promisify(execFile)('npm', ['install', '--prefix', folder, ...options, ...packages]);
    return true;
  } catch (error) {
    notes.add(
      `no column TensorFlow.js: it could not be fetched from the npm registry (${messageOf(error).split('\n')[0] ?? ''})`,
    );
    return false;
  }
}

async function openPage(
  folder: string,
  executablePath: string,
): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
  const built = join(folder, 'page');
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    logLevel: 'error',
    build: { outDir: built, emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
    worker: { format: 'es' },
  });
  const server = await serve({
    '/files/': folder,
    '/packages/': join(folder, 'node_modules'),
    '/': built,
  });
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${portOf(server)}/`);
  await page.waitForFunction(() => 'bench' in globalThis);
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { page, close };
}

await runSuite('Gradients in a browser', [
  gradient(128, { quick: true }),
  gradient(256),
  gradient(512, { rounds: 5 }),
]);
