// Where Chromium or Chrome is, for the tests that need a browser, and how it is started.
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

/** The path of Chromium: what CHROMIUM_PATH says, else one on the path, else where it is usually installed. */
export function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/snap/bin'];
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...places].find((path) =>
    existsSync(path),
  );
}

/** What to do where there is none. */
export const howToGetChromium =
  'install Chromium or Chrome (on Debian: apt-get install chromium), or set CHROMIUM_PATH to where it is';

/** Flags for tests: no traffic of its own, and WebGPU in software where there is no GPU. */
export const chromiumFlags = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  // A page that measures its memory would wait for a garbage collection, up to half a minute.
  '--enable-blink-features=ForceEagerMeasureMemory',
];
