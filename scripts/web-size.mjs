// Measures how much of this library a page loads, gzipped: `node scripts/web-size.mjs`, after a build. Bundles dist/
// like an application built with Vite, and counts the code that the page loads at once, and all code that it can load.
// Other libraries are counted separately; ONNX Runtime, which is many times larger than everything else, is not
// counted.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Pages, each given by its exports from an entry. */
const pages = {
  everything: Object.fromEntries(
    ['index', 'onnx', 'metrics', 'train', 'runtime', 'weights'].map((entry) => [entry, `* as ${entry}`]),
  ),
  dream: { index: '{ GoogLeNet, dream, readImage, toPixels }' },
  style: { index: '{ VGG19, style, readImage, toPixels }' },
  detect: { index: '{ FasterRCNN, readImage, drawDetections, toPixels }' },
  grad: { onnx: '{ Builder, valueAndGrad }' },
};

/**
 * @typedef {{ ours: number, libraries: number }} Size bytes, gzipped
 * @returns {Promise<Record<string, { first: Size, whole: Size }>>} by page: the size loaded at once, and in total with
 *   its chunks and its worker
 */
export async function webSizes() {
  const sizes = {};
  for (const [name, imports] of Object.entries(pages)) sizes[name] = await sizesOf(imports);
  return sizes;
}

async function sizesOf(imports) {
  const source = Object.entries(imports)
    .map(
      ([entry, names]) => `export ${names} from ${JSON.stringify(join(root, 'dist', 'api', `${entry}.js`))};`,
    )
    .join('\n');
  const page = {
    name: 'page',
    resolveId: (id) => (id === 'page' ? '\0page' : null),
    load: (id) => (id === '\0page' ? source : null),
  };
  const { output } = await build({
    configFile: false,
    root: join(root, 'dist'),
    logLevel: 'error',
    publicDir: false,
    plugins: [withoutRuntime, page],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: 'page',
        preserveEntrySignatures: 'strict',
        checks: { ineffectiveDynamicImport: false },
        output: { codeSplitting },
      },
    },
    worker: { format: 'es', plugins: () => [withoutRuntime], rollupOptions: { output: { codeSplitting } } },
  });
  const chunks = new Map(
    output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]),
  );
  const first = new Set();
  const load = (name) => {
    if (first.has(name)) return;
    first.add(name);
    for (const other of chunks.get(name)?.imports ?? []) load(other);
  };
  load(output.find(({ isEntry }) => isEntry).fileName);
  return { first: sum(output.filter(({ fileName }) => first.has(fileName))), whole: sum(output) };
}

const withoutRuntime = {
  name: 'without-onnxruntime',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('onnxruntime-web/') ? { id, external: true } : null),
};

/** Puts libraries in separate chunks. */
const codeSplitting = {
  groups: [
    { name: 'library-protobuf', test: /node_modules[\\/]@bufbuild/ },
    { name: 'library-text', test: /node_modules[\\/](@rgrove|lossless-json)/ },
    { name: 'library-schemas', test: /node_modules[\\/]valibot/ },
  ],
};
const isLibrary = (name) => /library-/.test(name);

function sum(files) {
  const size = { ours: 0, libraries: 0 };
  for (const { fileName, code, source } of files)
    size[isLibrary(fileName) ? 'libraries' : 'ours'] += gzipSync(code ?? source, { level: 9 }).length;
  return size;
}

export const kB = (bytes) => (bytes / 1000).toFixed(1);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [name, { first, whole }] of Object.entries(await webSizes()))
    console.log(
      `${name}: at once ${kB(first.ours)} kB of oneiros and ${kB(first.libraries)} of other libraries; in total ${kB(whole.ours)} and ${kB(whole.libraries)}`,
    );
