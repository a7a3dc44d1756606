import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, relative } from 'node:path/posix';
import { build, normalizePath } from 'vite';

/** Programs that Node starts by their file: the command line, and the workers of sessions and of tasks. */
const programs = ['cli/main', 'runtime/node/worker-entry', 'tasks/worker/node/task-entry'];

/**
 * Libraries that stay separate: they hold native code or wasm, or are large and rarely needed. Smaller ones are bundled,
 * because Node takes longer to find a module than to compile it.
 */
const separate = [/^onnxruntime-/, /^@jsquash\//, 'jimp', 'jpeg-js', 'undici'];

/**
 * Bundles the modules of dist/ for Node, which loads a few large files in a quarter of the time of many small ones: the
 * entries of the package to dist/node/, and each program in its place.
 * @param dist the folder with the compiled modules
 * @param entries the names of the package's entries by their files in dist/api/
 */
export async function buildForNode(dist, entries) {
  await build({
    configFile: false,
    root: join(dist, '..'),
    logLevel: 'warn',
    publicDir: false,
    plugins: [keepAddresses(dist)],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: dist,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      license: { fileName: 'node/licenses.md' },
      rollupOptions: {
        external: separate,
        input: {
          ...Object.fromEntries(programs.map((name) => [name, join(dist, `${name}.js`)])),
          ...Object.fromEntries(
            Object.entries(entries).map(([file, name]) => [`node/${name}`, join(dist, 'api', `${file}.js`)]),
          ),
        },
        checks: { bundlerTimings: false, ineffectiveDynamicImport: false },
        output: { entryFileNames: '[name].js', chunkFileNames: 'node/[name].js' },
      },
    },
  });
  // Only its program needs the modules of the command line.
  for (const name of readdirSync(join(dist, 'cli')))
    if (name !== 'main.js') rmSync(join(dist, 'cli', name), { recursive: true });
  // `npx oneiros` in a checkout runs the file itself.
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
}

/** Modules find files next to them by `import.meta.url`: it stays the address of the module, not of its bundle. */
function keepAddresses(dist) {
  const folder = normalizePath(dist);
  return {
    name: 'keep-addresses',
    transform: (code, id) =>
      id.startsWith(`${folder}/`) && code.includes('import.meta.url')
        ? code.replaceAll('import.meta.url', `__address('${relative(folder, id)}')`)
        : null,
    renderChunk: (code, { fileName }) =>
      code.replaceAll(/__address\(['"]([^'"]+)['"]\)/g, (_, module) => {
        const path = relative(dirname(fileName), module);
        return `new URL('${path.startsWith('.') ? path : `./${path}`}', import.meta.url).href`;
      }),
  };
}
