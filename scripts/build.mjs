// Builds lib/ into dist/: its modules, for Node and for bundlers, and in dist/web/ one file for each entry of the package with
// what they share and the worker beside them, for pages without a bundler.
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'lib'], { cwd: root, stdio: 'inherit' });
// Which modules are for which platform; it has to lie beside them.
copyFileSync(join(root, 'lib', 'package.json'), join(root, 'dist', 'package.json'));

/** ONNX Runtime stays a package of its own: from node_modules/oneiros/dist/web/ it is found beside oneiros. */
const besideUs = {
  name: 'onnxruntime-web-beside-us',
  enforce: 'pre',
  resolveId: (id) => {
    const name = /^onnxruntime-web\/(\w+)$/.exec(id)?.[1];
    return name && { id: `../../../onnxruntime-web/dist/ort.${name}.bundle.min.mjs`, external: true };
  },
};
/** The files of lib/api/: what package.json exports. */
const entries = ['index', 'onnx', 'metrics', 'train', 'runtime', 'weights'];
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
        entries.map((name) => [name === 'index' ? 'oneiros' : name, join(root, 'dist', 'api', `${name}.js`)]),
      ),
      preserveEntrySignatures: 'strict',
      // With all exports in one file, some of what could be loaded later is there at once.
      checks: { ...checks, ineffectiveDynamicImport: false },
      output,
    },
  },
  // Each worker is bundled by itself: its chunks lie beside the page's and the other's and must not be called as those are.
  worker: {
    format: 'es',
    plugins: () => [besideUs],
    rollupOptions: { checks, output: { ...output, chunkFileNames: 'worker-[name]-[hash].js' } },
  },
});
