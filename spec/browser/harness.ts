import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, sep } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

import { chromiumFlags, findChromium, howToGetChromium } from '../../scripts/chromium.mjs';

const root = join(import.meta.dirname, '../..');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** A browser with the tests' page, and the server of the page. */
export interface Workbench extends AsyncDisposable {
  /** The address that pages and golden files are served from. */
  readonly address: string;
  readonly browser: Browser;
  /** Opens the page in a new tab; errors in it are printed. */
  open(): Promise<Page>;
}

/**
 * Skips the tests of a suite if there is no browser, with a warning; in CI that is a failure.
 */
export function requireChromium(suite: Mocha.Context): string {
  const path = findChromium();
  if (path !== undefined) return path;
  if (process.env['CI'] !== undefined) throw new Error(`there is no browser to test in: ${howToGetChromium}`);
  console.warn(`\n  SKIPPED, because there is no browser to test in: ${howToGetChromium}\n`);
  suite.skip();
}

/** Builds the page as applications do, serves it from this machine and starts a browser. */
export async function startWorkbench(executablePath: string): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'oneiros-page-'));
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      reportCompressedSize: false,
    },
    worker: { format: 'es' },
  });
  const server = await serve({
    '/golden/': join(root, 'spec'),
    '/models/': join(root, 'onnx-models'),
    '/': folder,
  });
  const address = `http://127.0.0.1:${portOf(server)}/`;
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  return {
    address,
    browser,
    async open() {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(error));
      await page.goto(address);
      await page.waitForFunction(() => 'tasks' in globalThis);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Serves folders by address prefix, cross-origin isolated, so that threads can share memory. */
export async function serve(folders: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const [prefix, folder] = Object.entries(folders).find(([start]) => path.startsWith(start)) ?? ['/', ''];
    const file = join(folder, path.slice(prefix.length) || 'index.html');
    const headers = {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    };
    const inside = folder !== '' && file.startsWith(folder + sep);
    (inside ? readFile(file) : Promise.reject(new Error('outside'))).then(
      (bytes) => response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
