// Pulls the convolutions of a full-size VGG-19 checkpoint with HTTP ranges, and compares the network with PyTorch's.
// Prints the transferred bytes, peak memory, and the largest difference of a layer.
//   python3 scripts/pull/vgg19.py FOLDER && node --import ./scripts/ts.mjs scripts/pull/check.ts FOLDER
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OneirosError } from '../../lib/base/errors.js';
import { image } from '../../lib/image/image.js';
import { bytesUntil } from '../../lib/networks/classifier/bytes-until.js';
import { pretrainedVGG19, VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import { locateEntry } from '../../lib/weights/catalog/node/locate.js';
import { readCatalog } from '../../lib/weights/catalog/node/read.js';

interface Activations {
  readonly width: number;
  readonly height: number;
  readonly layers: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly values: readonly number[] }>
  >;
}

const [folder = '.', file, mirror = '', home = ''] = process.argv.slice(2);
if (file === undefined) await check();
else await pull(file);

/** Serves the checkpoints, and pulls each one in a separate process. */
async function check(): Promise<void> {
  let moved = 0;
  const server = createServer((request, response) => {
    const path = join(folder, (request.url ?? '').slice(1));
    const { size } = statSync(path);
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const [begin, end] = [Number(first), last === '' ? size - 1 : Number(last)];
    const range = request.headers.range !== undefined;
    response.writeHead(range ? 206 : 200, {
      etag: '"1"',
      'content-length': end + 1 - begin,
      ...(range && { 'content-range': `bytes ${begin}-${end}/${size}` }),
    });
    const stream = createReadStream(path, { start: begin, end });
    stream.on('data', (chunk) => (moved += chunk.length));
    stream.pipe(response).on('error', () => stream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const name of ['zip.pth', 'legacy.pth']) {
    moved = 0;
    const cache = mkdtempSync(join(tmpdir(), 'oneiros-'));
    const args = [...process.execArgv, import.meta.filename, folder, name, `http://127.0.0.1:${port}`, cache];
    await new Promise((resolve) => spawn(process.execPath, args, { stdio: 'inherit' }).on('exit', resolve));
    console.log(
      `${name}: ${(moved / 1e6).toFixed(1)} of ${(statSync(join(folder, name)).size / 1e6).toFixed(1)} MB transferred`,
    );
    rmSync(cache, { recursive: true });
  }
  server.close();
}

async function pull(name: string): Promise<void> {
  const known = readCatalog().get('vgg19');
  if (known === undefined) throw new OneirosError('not-found', 'the catalog has no vgg19');
  const entry = { ...known, file: name, size: { bytes: statSync(join(folder, name)).size, exact: true } };
  const until = ['relu5_4'];
  const began = performance.now();
  const located = await locateEntry(entry, {
    home,
    mirror,
    partial: (weights) => bytesUntil(pretrainedVGG19, weights, until),
  });
  const before = peak();
  await using network = await VGG19.load(located.source, { until, placement: { isolation: 'process' } });
  await located[Symbol.asyncDispose]();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${name}: peak memory ${before} MB when it was opened, ${peak()} MB with the network built, ${seconds} s`,
  );
  const parse: (text: string) => Activations = JSON.parse;
  const { width, height, layers } = parse(readFileSync(join(folder, 'activations.json'), 'utf8'));
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (width * height)), Math.floor(i / width) % height, i % width];
    return ((7 * c + 3 * y + 5 * x) % 32) / 31;
  });
  const found = await network.features(image({ width, height }, data), Object.keys(layers));
  for (const [layer, { values }] of Object.entries(layers)) {
    const actual = Array.from(found[layer]?.data ?? [], Number);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = values.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
    console.log(
      `${name}: ${layer} differs by ${(difference / largest).toExponential(1)} of its largest value`,
    );
  }
}

/** Peak memory of this process since its start, in megabytes. */
function peak(): number {
  return Math.round(process.resourceUsage().maxRSS / 1000);
}
