import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CommanderError } from 'commander';

import { megabytes } from '../../lib/base/format.js';
import { registerClassify } from '../../lib/cli/commands/classify.js';
import { registerModels } from '../../lib/cli/commands/models.js';
import { SpeedMeter } from '../../lib/cli/terminal/progress.js';
import { modelHome } from '../../lib/files/model-home.js';
import { image } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';
import { namesFor } from '../../lib/weights/catalog/find.js';
import { readCatalog } from '../../lib/weights/catalog/node/read.js';
import { follow } from '../../lib/weights/download/node/http.js';
import { rejection } from '../models/rejection.js';
import { MisbehavingServer } from '../weights/misbehaving-server.js';
import { runCommand } from './run-command.js';
import { smallWorkshop } from './small-weights.js';

describe('oneiros models', () => {
  let home: string;
  const before: Partial<Record<string, string>> = {};
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'oneiros-'));
    for (const [name, value] of [
      ['ONEIROS_HOME', home],
      ['ONEIROS_OFFLINE', '1'],
    ] as const) {
      before[name] = process.env[name];
      process.env[name] = value;
    }
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    await rm(home, { recursive: true });
  });
  const run = (...args: readonly string[]) => runCommand(registerModels, ['models', ...args]);

  it('lists every model, and how much of it is here', async () => {
    const { results } = await run('list', '--json');
    expect(results.map((result) => 'name' in result && result.name)).to.deep.equal(namesFor(readCatalog()));
    const vgg19 = results.find((result) => 'name' in result && result.name === 'vgg19');
    expect(vgg19).to.include({
      presence: 'absent',
      bytes: 0,
      path: join(home, 'models', 'vgg19-dcbb9e9d.pth'),
    });
  });

  it('fails clearly for a model that is not here, or not known', async () => {
    expect(await rejection(run('pull', 'vgg19'))).to.match(
      /vgg19 \(575 MB\) is not here, and downloads are off/,
    );
    expect(await rejection(run('pull', 'vgg18'))).to.match(/no model "vgg18"; near names: vgg19/);
    expect(await rejection(run('path', 'vgg19'))).to.match(/not here as a whole: oneiros models pull vgg19/);
    expect(await rejection(run('remove', 'vgg19-slim'))).to.match(
      /is shipped with the package and cannot be removed/,
    );
    expect(await rejection(run('pull', 'vgg19', '--until', 'conv9_9'))).to.match(/not here|no layer/);
  });

  it('fails to verify or remove an absent model', async () => {
    const verified = await run('verify', 'vgg19', 'vgg19-slim', '--json');
    expect(verified.results[0]).to.deep.include({
      ...{ model: 'vgg19', result: 'unverified', path: join(home, 'models', 'vgg19-dcbb9e9d.pth') },
      ...{ sha256: null, detail: null },
    });
    expect(verified.results[1]).to.include({ model: 'vgg19-slim', result: 'verified' });
    expect(verified.failed).to.have.length(1);
    expect(verified.failed[0]).to.match(/vgg19 is not here as a whole.*oneiros models pull vgg19/);
    const removed = await run('remove', 'vgg19', 'brain-unet', '--json');
    expect(removed.results).to.deep.equal([]);
    expect(removed.failed).to.deep.equal([
      'vgg19 is not here: there is nothing to remove',
      'brain-unet is not here: there is nothing to remove',
    ]);
    // Partial files, and files from elsewhere, can be removed.
    await mkdir(join(home, 'models'));
    await writeFile(join(home, 'models', 'vgg19-dcbb9e9d.pth'), 'by hand');
    expect((await run('verify', 'vgg19')).failed.join()).to.match(/damaged/);
    expect(await run('remove', 'vgg19')).to.deep.include({
      results: [{ model: 'vgg19', bytes: 7 }],
      failed: [],
    });
    expect((await run('remove', 'vgg19')).failed).to.have.length(1);
  });

  it('refuses to convert less than asked for, and flags that would have no effect', async () => {
    const workshop = await smallWorkshop();
    try {
      const weights = workshop.path('vgg.safetensors');
      const out = join(home, 'none.onnx');
      const convert = (name: string, ...more: readonly string[]) =>
        rejection(run('convert', name, '-o', out, ...more));
      expect(await convert('vgg19', '--weights', weights, '--until', 'relu1_1,relu5_1')).to.match(
        /the weights end at relu3_1, before relu5_1/,
      );
      expect(await convert('vgg19', '--weights', weights, '--until', 'relu9_9')).to.match(/no layer/);
      expect(await convert('vgg19', '--weights', weights, '--classes', 'a,b')).to.match(
        /--classes .*omit it/,
      );
      expect(await convert('unet-membrane', '--until', 'relu1_1')).to.match(/--until .*omit it/);
      expect(await readdir(home)).to.deep.equal([]);
    } finally {
      await workshop.remove();
    }
  });

  it('shows and clears what is kept to start faster', async () => {
    const folder = join(home, 'prepared');
    expect((await run('cache')).text).to.deep.equal([`${folder}: 0 files, 0 kB`]);
    await mkdir(folder);
    await writeFile(join(folder, 'a.onnx'), new Uint8Array(2e6));
    const kept = { folder, files: 1, bytes: 2e6 };
    expect((await run('cache')).results).to.deep.equal([{ ...kept, removed: false }]);
    expect((await run('cache', '--clear')).results).to.deep.equal([{ ...kept, removed: true }]);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('pulls from a mirror, and refuses a file that is not the model, with one line', async () => {
    process.env['ONEIROS_OFFLINE'] = '0';
    const { file, size } = readCatalog().get('brain-unet')!;
    await using server = await MisbehavingServer.start({ [file]: new Uint8Array(size!.bytes) });
    const pulled = run('pull', 'brain-unet', '--mirror', server.address);
    expect(await rejection(pulled)).to.match(
      /unet-e012d006\.pt is not brain-unet: its sha256 is .*expected e012d006…/,
    );
    expect(await rejection(run('path', 'brain-unet'))).to.match(/not here as a whole/);
  });

  it('loads by name in any command, and reports a model that is not available', async () => {
    const photo = join(home, 'x.png');
    expect(await rejection(runCommand(registerClassify, ['classify', photo, '--model', 'vgg19']))).to.match(
      /downloads are off.*oneiros models pull vgg19/,
    );
    const unknown = runCommand(registerClassify, ['classify', photo, '--model', 'unet-membrane']);
    expect(await unknown.catch((error: unknown) => error)).to.be.instanceOf(CommanderError);
  });

  it('converts a checkpoint to an ONNX file that is the same network', async () => {
    const workshop = await smallWorkshop();
    try {
      const weights = workshop.path('vgg.safetensors');
      const out = join(home, 'vgg.onnx');
      const { results } = await run(
        'convert',
        'vgg19',
        '--weights',
        weights,
        '-o',
        out,
        '--until',
        'relu2_2',
        '--json',
      );
      expect(results[0]).to.deep.include({ model: 'vgg19', out, bytes: (await readFile(out)).length });
      await using converted = await loadClassifier(out);
      await using original = await loadClassifier('vgg19', { weights });
      const picture = image(
        { width: 40, height: 24 },
        Float32Array.from({ length: 2880 }, (_, i) => (i % 17) / 16),
      );
      const [a, b] = [
        await converted.features(picture, ['relu2_2']),
        await original.features(picture, ['relu2_2']),
      ];
      expect(a['relu2_2']?.data).to.deep.equal(b['relu2_2']?.data);
      expect(converted.layers).to.not.include('relu3_1');
    } finally {
      await workshop.remove();
    }
  });

  it('converts a U-Net with the names of its classes and its preprocessing', async () => {
    const weights = join(import.meta.dirname, '..', 'models', 'golden', 'unet-mateuszbuda.pt');
    const out = join(home, 'unet.onnx');
    await run(
      'convert',
      'brain-unet',
      '--weights',
      weights,
      '-o',
      out,
      '--classes',
      '["brain, healthy", "tumour"]',
    );
    await using converted = await loadSegmenter(out);
    await using original = await loadSegmenter('brain-unet', { weights });
    const picture = image(
      { width: 48, height: 32 },
      Float32Array.from({ length: 4608 }, (_, i) => (i % 23) / 22),
    );
    const [a, b] = [await converted.segment(picture), await original.segment(picture)];
    expect(converted.classes).to.deep.equal(['brain, healthy', 'tumour']);
    expect(converted.standardizes).to.equal(true);
    expect(Array.from(a.probabilities!.data)).to.deep.equal(Array.from(b.probabilities!.data));
  });

  it("keeps models in the platform's cache folder", () => {
    const at = (platform: NodeJS.Platform, env: Readonly<Record<string, string>>) =>
      modelHome(undefined, { platform, env, home: '/home/ada' });
    expect(at('linux', {})).to.equal('/home/ada/.cache/oneiros');
    expect(at('linux', { XDG_CACHE_HOME: '/var/cache/ada' })).to.equal('/var/cache/ada/oneiros');
    expect(at('linux', { XDG_CACHE_HOME: 'relative' })).to.equal('/home/ada/.cache/oneiros');
    expect(at('darwin', {})).to.equal('/home/ada/Library/Caches/oneiros');
    expect(at('win32', { LOCALAPPDATA: '/ada' })).to.equal('/ada/oneiros/Cache');
    expect(at('darwin', { ONEIROS_HOME: '/models' })).to.equal('/models');
  });

  it('does not follow redirects from https to http', () => {
    const from = (address: string, to: string) => follow(new URL(address), to).href;
    expect(from('http://a.example/x', 'https://b.example/y')).to.equal('https://b.example/y');
    expect(from('https://a.example/x/y', '../z')).to.equal('https://a.example/z');
    expect(() => from('https://a.example/x', 'http://a.example/x')).to.throw(
      /which is not followed: expected https:/,
    );
    expect(() => from('https://a.example/x', '')).to.not.throw();
  });

  it('prints amounts and measures speeds', () => {
    expect([999, 80_100_000, 5_500_000, 1_230_000_000].map(megabytes)).to.deep.equal([
      ...['1 kB', '80 MB', '5.5 MB', '1.2 GB'],
    ]);
    const meter = new SpeedMeter(1000);
    expect(meter.measure(0, 0)).to.equal(null);
    expect(meter.measure(100, 500)).to.equal(200);
    expect(meter.measure(600, 1500)).to.equal(500); // 500 bytes in the last second
    expect(meter.measure(600, 3000)).to.be.below(1);
  });
});
