// Makes the built studio work offline: lists every file in the service worker, which caches them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const template = new URL('./service-worker.mjs', import.meta.url);

export function offline() {
  let publicDir = '';
  return {
    name: 'studio-offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    // The page registers a service worker only if the build has one.
    transformIndexHtml: (html) => html.replace('<html lang="en">', '<html lang="en" data-offline>'),
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const hash = createHash('sha256');
        for (const name of Object.keys(bundle).sort()) {
          const output = bundle[name];
          hash.update(name).update(output.type === 'asset' ? output.source : output.code);
        }
        const copied = readdirSync(publicDir);
        for (const name of copied) hash.update(readFileSync(`${publicDir}/${name}`));
        const files = ['./', ...Object.keys(bundle), ...copied].filter((name) => !name.endsWith('.map'));
        const webgpu = files.filter((name) => /\/ort.*(webgpu|asyncify)/.test(name));
        const wasm = files.filter((name) => /\/ort/.test(name) && !webgpu.includes(name));
        const others = files.filter((name) => !webgpu.includes(name) && !wasm.includes(name));
        if (webgpu.length === 0 || wasm.length === 0)
          throw new Error('the build has no files of ONNX Runtime');
        const source = readFileSync(fileURLToPath(template), 'utf8')
          .replace("'VERSION'", JSON.stringify(hash.digest('hex').slice(0, 16)))
          .replace("['FILES']", JSON.stringify(others))
          .replace('{ RUNTIMES: [] }', JSON.stringify({ webgpu, wasm }));
        this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
      },
    },
  };
}
