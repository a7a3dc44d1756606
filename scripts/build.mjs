// Builds lib/ into dist/: its modules, for bundlers; dist/node/ and the command line, bundled for Node; and dist/web/,
// for pages without a bundler: one file for each entry of the package, shared chunks, and the workers.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildForNode } from './build-node.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'lib'], { cwd: root, stdio: 'inherit' });
// lib/package.json maps # names to the modules of each platform, and must be next to them.
copyFileSync(join(root, 'lib', 'package.json'), join(root, 'dist', 'package.json'));

/** ONNX Runtime is not bundled: from node_modules/oneiros/dist/web/ it is found next to oneiros. */
const besideUs = {
  name: 'onnxruntime-web-beside-us',
  enforce: 'pre',
  resolveId: (id) => {
    const name = /^onnxruntime-web\/(\w+)$/.exec(id)?.[1];
    return name && { id: `../../../onnxruntime-web/dist/ort.${name}.bundle.min.mjs`, external: true };
  },
};
/** The package's entries, which package.json exports, by their files in lib/api/. */
const entries = {
  index: 'oneiros',
  onnx: 'onnx',
  metrics: 'metrics',
  train: 'train',
  runtime: 'runtime',
  weights: 'weights',
};
await buildForNode(join(root, 'dist'), entries);

const output = {
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  assetFileNames: '[name][extname]',
};
// Rolldown warns of slow plugins on any busy machine.
const checks = { bundlerTimings: false };
await build({
  configFile: false,
  root: join(root, 'dist'),
  base: './',
  logLevel: 'warn',
  publicDir: false,
  plugins: [besideUs],
  build: {
    outDir: 'web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: Object.fromEntries(
        Object.entries(entries).map(([file, name]) => [name, join(root, 'dist', 'api', `${file}.js`)]),
      ),
      preserveEntrySignatures: 'strict',
      // The entries have all exports, so some modules that are imported dynamically are loaded at once anyway.
      checks: { ...checks, ineffectiveDynamicImport: false },
      output,
    },
  },
  // Each worker is bundled separately. All chunks are in one folder, so their names must differ.
  worker: {
    format: 'es',
    plugins: () => [besideUs],
    rollupOptions: { checks, output: { ...output, chunkFileNames: 'worker-[name]-[hash].js' } },
  },
});
