// Finds Chromium or Chrome for the tests that need a browser, and gives the flags to start it with.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) =>
    process.env[variable] === undefined
      ? []
      : [join(process.env[variable], 'Google/Chrome/Application/chrome.exe')],
  ),
];

/** The path of Chromium: CHROMIUM_PATH, otherwise one on the PATH, otherwise one of the usual locations. */
export function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/snap/bin'];
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...places].find((path) =>
    existsSync(path),
  );
}

/** What to do if there is none. */
export const howToGetChromium =
  'install Chromium or Chrome (on Debian: apt-get install chromium), or set CHROMIUM_PATH to its path';

/** Flags for tests: no background traffic, and WebGPU in software if there is no GPU. */
export const chromiumFlags = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  // Without this flag, a page that measures its memory waits up to half a minute for a garbage collection.
  '--enable-blink-features=ForceEagerMeasureMemory',
];
