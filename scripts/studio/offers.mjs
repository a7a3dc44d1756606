// What the studio has to offer beside its own code: the shipped models and sample pictures, and offers.json, which lists them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = join(root, 'onnx-models');
/** Photographs with their sources beside them. */
const samples = [
  { name: 'A cat', file: 'scripts/demo/photographs/cat.jpg' },
  { name: 'A coffee', file: 'scripts/demo/photographs/coffee.jpg' },
  { name: 'An astronaut', file: 'scripts/demo/photographs/astronaut.jpg' },
];

/** The files by the address they are served at. */
function files() {
  const shipped = existsSync(models) ? readdirSync(models).filter((name) => name.endsWith('.onnx')) : [];
  return new Map([
    ...shipped.map((name) => [`models/${name}`, join(models, name)]),
    ...samples
      .filter(({ file }) => existsSync(join(root, file)))
      .map(({ file }) => [`samples/${basename(file)}`, join(root, file)]),
  ]);
}

function list() {
  const served = files();
  const offered = samples.map(({ name, file }) => ({ name, url: `samples/${basename(file)}` }));
  return JSON.stringify({
    models: [...served.keys()].filter((path) => path.startsWith('models/')).map((path) => basename(path)),
    samples: offered.filter(({ url }) => served.has(url)),
  });
}

const types = { '.jpg': 'image/jpeg', '.png': 'image/png', '.onnx': 'application/octet-stream' };

export function offers() {
  return {
    name: 'studio-offers',
    configureServer(server) {
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
