import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { bytesSource } from '../../lib/files/source.js';
import { bytesUntil } from '../../lib/networks/classifier/bytes-until.js';
import { pretrainedVGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import { locateEntry } from '../../lib/weights/catalog/node/locate.js';
import { statusOf } from '../../lib/weights/catalog/node/status.js';
import type { PullOptions } from '../../lib/weights/catalog/pull-options.js';
import { blockFiles, blockSize, BlockStore } from '../../lib/weights/download/node/blocks.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import type { Weights } from '../../lib/weights/weights.js';
import { rejection } from '../models/rejection.js';
import { goldenBytes, goldenNames } from './harness.js';
import { type Fault, MisbehavingServer } from './misbehaving-server.js';
import { hasty, impatient, toyEntry, toyVgg } from './toy-model.js';

const content = toyVgg();
const entry = toyEntry(content.length, { format: 'safetensors' });
const convolutions = ['conv1_1', 'conv1_2', 'conv2_1'].flatMap((layer) => [
  `${layer}.weight`,
  `${layer}.bias`,
]);
const plan = (weights: Weights) => bytesUntil(pretrainedVGG19, weights, ['relu2_1']);

describe('Pulling a part of a model', () => {
  let home: string;
  let server: MisbehavingServer;
  const said: string[] = [];
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'oneiros-'));
    server = await MisbehavingServer.start({ 'toy.pth': content });
    said.length = 0;
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true });
  });

  /** Loads some tensors of the model. */
  async function load(names: readonly string[], change: PullOptions = {}): Promise<readonly unknown[]> {
    const options = {
      home,
      mirror: server.address,
      patience: hasty,
      offline: false,
      partial: plan,
      ...change,
    };
    await using located = await locateEntry(entry, { announce: (text) => said.push(text), ...options });
    if (typeof located.source === 'string') {
      await using whole = bytesSource(await readFile(located.source));
      return await tensors((await loadWeights(whole)).weights, names);
    }
    return await tensors((await loadWeights(located.source)).weights, names);
  }
  async function tensors(weights: Weights, names: readonly string[]) {
    const found = [];
    for (const name of names) found.push(Array.from((await weights.get(name)!.load()).data, Number));
    return found;
  }
  const expected = async (names: readonly string[]) =>
    tensors((await loadWeights(bytesSource(content))).weights, names);
  const path = () => join(home, 'models', 'toy.pth');

  it('fetches only the tensors that are read, announces their size, and keeps them', async () => {
    expect(await load(convolutions)).to.deep.equal(await expected(convolutions));
    // 4 · (32·3·9 + 32 + 32·32·9 + 32 + 64·32·9 + 64) bytes of 3 MB; the blocks that contain them are transferred.
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/^toy: downloading 115 kB of 3\.3 MB from 127\.0\.0\.1/);
    expect(server.sent).to.be.at.most(4 * blockSize);
    const before = server.requests.length;
    expect(await load(convolutions, { offline: true })).to.deep.equal(await expected(convolutions));
    expect(server.requests).to.have.length(before);
    const { presence, bytes } = await statusOf(entry, home);
    expect(presence).to.equal('partly');
    expect(bytes).to.be.at.most(4 * blockSize);
    // Deeper layers are fetched when they are needed; offline that is an error.
    expect(await rejection(load(['fc6.weight'], { offline: true }))).to.match(
      /only a part of toy is here, and downloads are off/,
    );
    expect(await load(['fc6.weight'])).to.deep.equal(await expected(['fc6.weight']));
  });

  for (const [what, faults, patience = hasty] of [
    [
      'dropped connections',
      [
        { kind: 'drop', after: 1 },
        { kind: 'drop', after: 70_000 },
      ],
    ],
    ['halts', [{ kind: 'stall', after: 100 }, { kind: 'silent' }], impatient],
    ['server errors', [{ kind: 'status', status: 503 }]],
  ] as const satisfies readonly (readonly [string, readonly Fault[], typeof impatient?])[])
    it(`recovers from ${what}`, async () => {
      await load(convolutions);
      server.faults = [...faults];
      expect(await load(['fc6.weight'], { patience })).to.deep.equal(await expected(['fc6.weight']));
    });

  it('fetches the whole file if the server supports no ranges, or sends no validator', async () => {
    for (const options of [{ ranges: false }, { etag: null }]) {
      server.options = options;
      expect(await load(convolutions)).to.deep.equal(await expected(convolutions));
      expect((await statusOf(entry, home)).presence).to.equal('here');
      await rm(join(home, 'models'), { recursive: true });
    }
  });

  it('does not mix parts of two versions', async () => {
    await load(convolutions);
    server.options = { etag: '"v2"' };
    expect(await rejection(load(['fc6.weight']))).to.match(
      /has changed since a part of it was downloaded.*models remove/,
    );
  });

  it('refuses a part other than the requested one, or of a file of another size', async () => {
    await load(convolutions);
    server.faults = [{ kind: 'shifted' }];
    expect(await rejection(load(['fc6.weight']))).to.match(/does not send the requested part/);
    const larger = toyEntry(content.length + 1, { format: 'safetensors', file: 'other.pth' });
    server.files.set('other.pth', content);
    const options = { home, mirror: server.address, patience: hasty, offline: false, partial: plan };
    expect(await rejection(locateEntry(larger, options))).to.match(/is not the expected file/);
  });

  it('fetches blocks again that are damaged on disk, or were being written when the process was killed', async () => {
    await load(convolutions);
    const files = blockFiles(path());
    const [data, index] = [await readFile(files.data), await readFile(files.index)];
    for (const harm of [
      () =>
        writeFile(
          files.data,
          data.map((byte, i) => (i === 500 ? byte ^ 1 : byte)),
        ),
      () => truncate(files.data, 1000),
      () => rm(files.data),
      () => truncate(files.index, 0),
      () => truncate(files.index, index.length - 3),
      () =>
        writeFile(
          files.index,
          index.map((byte) => byte ^ 0xff),
        ),
      () => writeFile(files.identity, '{"size":12'),
    ]) {
      await writeFile(files.data, data);
      await writeFile(files.index, index);
      await harm();
      expect(await load(convolutions)).to.deep.equal(await expected(convolutions));
    }
  });

  it('stores blocks from which any checkpoint can be read', async () => {
    for (const name of goldenNames) {
      const bytes = goldenBytes(name);
      await using store = await BlockStore.create(join(home, 'golden'), {
        size: bytes.length,
        validator: '"a"',
      });
      await store.put(0, bytes.subarray(0, blockSize));
      expect(await store.read(0, 0)).to.deep.equal(bytes.subarray(0, blockSize));
      expect(store.stored).to.equal(Math.min(bytes.length, blockSize));
    }
  });
});
