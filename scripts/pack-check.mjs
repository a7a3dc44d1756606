// Packs the library and uses it as users do: in an application built with Vite, in Node projects of ES modules and of
// CommonJS, and in a page without a bundler. Both pages run in Chromium. Packages come only from the npm registry.
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumFlags, findChromium, howToGetChromium } from './chromium.mjs';
import { kB, webSizes } from './web-size.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = mkdtempSync(join(tmpdir(), 'oneiros-pack-'));
const windows = process.platform === 'win32';
// Installs as described in the README. `npm run` passes on this repository's ignore-scripts, which users have not set.
const asUser = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_ignore_scripts: 'false' };

function run(folder, command, ...args) {
  return execFileSync(command, args, {
    cwd: folder,
    env: asUser,
    encoding: 'utf8',
    shell: windows,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function project(name, files, ...packages) {
  const folder = join(work, name);
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, '.npmrc'), 'fund=false\naudit=false\n');
  if (packages.length > 0) run(folder, 'npm', 'install', '--silent', '--prefer-offline', ...packages);
  return folder;
}

function expect(what, found, wanted) {
  if (found.trim() !== wanted) throw new Error(`${what} gave ${JSON.stringify(found)}, not ${wanted}`);
  console.error(`✔ ${what}`);
}

/**
 * The limits for code of this library that a page loads at once, in gzipped bytes: 80 kB for a page that imports one
 * task. A page that imports everything includes every synchronous function, since those cannot be loaded later.
 */
const budgets = { everything: 260_000 };
const taskBudget = 80_000;

async function expectSizes() {
  for (const [page, { first }] of Object.entries(await webSizes())) {
    const budget = budgets[page] ?? taskBudget;
    if (first.ours > budget)
      throw new Error(
        `a page that imports ${page} loads ${kB(first.ours)} kB of the library at once, over ${kB(budget)}`,
      );
    console.error(
      `✔ a page that imports ${page} loads ${kB(first.ours)} kB of the library at once, within ${kB(budget)}`,
    );
  }
}

/** A program that differentiates Σ x² with ONNX Runtime: for [1, 2] it prints 5 and [2, 4]. */
const program = (imports, tell) => `${imports}
async function main() {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n']);
  b.output(b.sum(b.mul(x, x)), 'loss');
  const f = await valueAndGrad(b.model(), { loss: 'loss', wrt: ['x'] });
  const { value, gradients } = await f({ x: float32(Float32Array.of(1, 2), [2]) });
  await f.dispose();
  let picture = image({ width: 2, height: 1 });
  for (const format of ['png', 'jpeg']) picture = await decodeImage(await encodeImage(picture, format));
  ${tell}(JSON.stringify([value, [...gradients.x.data], picture.width]));
}
main().catch((error) => ${tell}(String(error)));
`;
/** The names that the program imports from each entry. */
const imports = {
  oneiros: '{ decodeImage, encodeImage, image }',
  'oneiros/onnx': '{ Builder, valueAndGrad }',
  'oneiros/runtime': '{ float32 }',
};
/** The imports of the program, each in the given form, such as `import … from …`. */
const importing = (form) =>
  Object.entries(imports)
    .map(([entry, names]) => form(names, entry))
    .join('\n');
const asModules = importing((names, entry) => `import ${names} from '${entry}';`);
const answer = '[5,[2,4],2]';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The title that a page of this folder sets, served by a plain web server. */
async function titleOf(folder, path) {
  const server = createServer((request, response) => {
    const file = join(folder, new URL(request.url, 'http://localhost').pathname);
    if (!file.startsWith(folder) || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await titleAt(`http://127.0.0.1:${server.address().port}/${path}`);
  } finally {
    server.close();
  }
}

/** The title that the page sets when served by Vite's development server, which does not bundle modules. */
async function titleInDevelopment(app) {
  const vite = join(app, 'node_modules/vite/bin/vite.js');
  const server = spawn(process.execPath, [vite, '--host', '127.0.0.1', '--port', '0'], {
    cwd: app,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const text of server.stdout.setEncoding('utf8')) {
      const address = /http:\S+/.exec(text)?.[0];
      if (address !== undefined) return await titleAt(address);
    }
    throw new Error('the development server did not start');
  } finally {
    server.kill();
  }
}

async function titleAt(address) {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`there is no browser: ${howToGetChromium}`);
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto(address);
    await page.waitForFunction(() => document.title !== '', null, { timeout: 300_000 });
    return await page.title();
  } finally {
    await browser.close();
  }
}

try {
  // The output of `prepare` would mix with the JSON.
  run(root, process.execPath, 'scripts/build.mjs');
  await expectSizes();
  const packed = JSON.parse(
    run(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', work),
  );
  const tarball = join(work, packed[0].filename);

  const esm = project(
    'esm',
    {
      'package.json': '{ "private": true, "type": "module" }',
      'main.js': program(asModules, 'console.log'),
    },
    tarball,
  );
  expect('a Node project of ES modules', run(esm, process.execPath, 'main.js'), answer);
  if (
    existsSync(
      join(esm, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'),
    )
  )
    throw new Error('the installation downloaded CUDA');

  writeFileSync(
    join(esm, 'main.cjs'),
    program(
      importing((names, entry) => `const ${names} = require('${entry}');`),
      'console.log',
    ),
  );
  expect('CommonJS', run(esm, process.execPath, '--no-warnings', 'main.cjs'), answer);
  const usage = run(esm, 'npx', 'oneiros', '--help').split('\n')[0];
  expect('the command line', usage, 'Usage: oneiros [options] [command]');

  const page = (source) =>
    `<!doctype html><html lang="en"><link rel="icon" href="data:,"><script type="module">${source}</script></html>`;
  const tell = '(text => document.title = text)';
  writeFileSync(
    join(esm, 'plain.html'),
    page(
      program(
        importing(
          (names, entry) =>
            `import ${names} from './node_modules/oneiros/dist/web/${entry.replace('oneiros/', '')}.js';`,
        ),
        tell,
      ),
    ),
  );
  expect('a page without a bundler', await titleOf(esm, 'plain.html'), answer);

  const app = project(
    'vite',
    {
      'package.json': '{ "private": true, "type": "module" }',
      'index.html':
        '<!doctype html><html lang="en"><link rel="icon" href="data:,"><script type="module" src="/main.js"></script></html>',
      'main.js': program(asModules, tell),
      'vite.config.js':
        "export default { worker: { format: 'es' }, optimizeDeps: { exclude: ['oneiros', 'onnxruntime-web'], include: ['oneiros > @rgrove/parse-xml'] } };\n",
    },
    tarball,
    'vite@8',
  );
  run(app, 'npx', 'vite', 'build', '--logLevel', 'error');
  expect('an application made with Vite', await titleOf(join(app, 'dist'), 'index.html'), answer);
  expect('the same while it is being developed', await titleInDevelopment(app), answer);
} finally {
  rmSync(work, { recursive: true, force: true });
}
