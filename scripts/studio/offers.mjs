// The studio's content besides its code: the shipped models, the sample pictures, and offers.json, which lists them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleFiles } from './samples.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = join(root, 'onnx-models');

/** The files by the address at which they are served. */
function files() {
  const shipped = existsSync(models) ? readdirSync(models).filter((name) => name.endsWith('.onnx')) : [];
  return new Map([
    ...shipped.map((name) => [`models/${name}`, join(models, name)]),
    ...sampleFiles().map(({ url, file }) => [url, file]),
  ]);
}

function list() {
  const models = [...files().keys()].filter((path) => path.startsWith('models/'));
  return JSON.stringify({
    models: models.map((path) => basename(path)),
    samples: sampleFiles().map(({ file: _, ...sample }) => sample),
  });
}

const types = { '.jpg': 'image/jpeg', '.png': 'image/png', '.onnx': 'application/octet-stream' };

export function offers() {
  return {
    name: 'studio-offers',
    configureServer(server) {
      // Render sample pictures before the page is opened, so that the page does not wait for them.
      sampleFiles();
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
        if (path === 'offers.json') {
          response.setHeader('Content-Type', 'application/json');
          response.end(list());
          return;
        }
        const file = files().get(path);
        if (file === undefined) return next();
        response.setHeader(
          'Content-Type',
          types[/\.\w+$/.exec(file)?.[0] ?? ''] ?? 'application/octet-stream',
        );
        response.setHeader('Content-Length', statSync(file).size);
        response.end(readFileSync(file));
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'offers.json', source: list() });
      for (const [fileName, file] of files())
        this.emitFile({ type: 'asset', fileName, source: readFileSync(file) });
    },
  };
}
