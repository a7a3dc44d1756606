import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';

import { parsePreprocessing } from '../../lib/models/input/preprocessing.js';
import { classifierNames, layerNamesFor } from '../../lib/networks/classifier/load.js';
import { detectorNames } from '../../lib/networks/detector/load.js';
import { segmenterNames } from '../../lib/networks/segmenter/load.js';
import { parseCatalog } from '../../lib/weights/catalog/entry.js';
import { entryFor, findEntry, namesFor } from '../../lib/weights/catalog/find.js';
import { readCatalog, shippedPath } from '../../lib/weights/catalog/node/read.js';

const catalog = readCatalog();
const shipped = [...catalog.values()].filter(({ source }) => source.kind === 'shipped');

describe('The catalog of models', () => {
  it('has the documented models, with the checksums in the published file names', () => {
    expect(namesFor(catalog)).to.include.members([
      ...['vgg19-slim', 'unet-membrane', 'fasterrcnn-cells', 'fasterrcnn-animals'],
      ...['vgg19', 'vgg19-zoo', 'googlenet', 'fasterrcnn-12', 'brain-unet', 'unet-carvana'],
      ...['fasterrcnn_resnet50_fpn', 'fasterrcnn_resnet50_fpn_v2', 'fasterrcnn_mobilenet_v3_large_fpn'],
    ]);
    // PyTorch's file names end with the first eight digits of the sha256.
    for (const { name, file, checksum } of catalog.values())
      if (checksum.kind === 'sha256-prefix')
        expect(file, name).to.match(new RegExp(`-${checksum.digest}\\.pth?$`));
  });

  it('contains only values that the library supports', () => {
    const builders = { classify: classifierNames, detect: detectorNames, segment: segmenterNames };
    for (const { name, task, architecture, preprocessing, labels, layers } of catalog.values()) {
      if (architecture !== 'onnx') expect(builders[task], name).to.include(architecture);
      expect(parsePreprocessing(preprocessing), name).to.not.equal(null);
      expect(
        labels.filter((label) => label.includes(',')),
        name,
      ).to.deep.equal([]);
      if (architecture === 'vgg19') expect(layerNamesFor('vgg19'), name).to.include.members([...layers]);
    }
    expect(layerNamesFor('googlenet')).to.include.members([...(catalog.get('googlenet')?.layers ?? [])]);
  });

  it('has the size and the sha256 of every model in the package, and the package has no other models', async () => {
    for (const { name, file, size, checksum } of shipped) {
      const path = shippedPath(file);
      // In a checkout, models that are still being trained may be missing: they are skipped.
      const bytes = existsSync(path) ? readFileSync(path) : null;
      const digest = bytes && createHash('sha256').update(bytes).digest('hex');
      expect(size, name).to.deep.equal(bytes && { bytes: bytes.length, exact: true });
      expect(checksum.kind === 'sha256' ? checksum.digest : null, name).to.equal(digest);
      if (bytes) expect(bytes.length, name).to.be.at.most(8 * 2 ** 20);
    }
    const models = (await readdir(dirname(shippedPath('catalog.json')))).filter((file) =>
      /\.onnx$/.test(file),
    );
    expect(shipped.map(({ file }) => file)).to.include.members(models);
  });

  it('finds a model by variants of its name, and reports the task of a model that is for another one', () => {
    expect(findEntry(catalog, 'fasterrcnn-resnet50-fpn')?.name).to.equal('fasterrcnn_resnet50_fpn');
    expect(findEntry(catalog, 'vgg18')).to.equal(undefined);
    expect(() => entryFor(catalog, 'vgg18')).to.throw(/no model "vgg18"; near names: vgg19/);
    expect(() => entryFor(catalog, 'unet-membrane', 'detect')).to.throw(
      /segments, and cannot be loaded as one that detects/,
    );
  });

  const [first] = catalog.values();
  const broken = (change: object) => () =>
    parseCatalog(JSON.stringify({ version: 1, models: [{ ...first, ...change }] }));
  const download = (...addresses: readonly unknown[]) => ({ source: { kind: 'download', addresses } });
  for (const [what, change, message] of [
    ['a name that leads elsewhere', { name: '../vgg' }, /model 0 has "..\/vgg" as its name/],
    ['a file that leads elsewhere', { file: '../../etc/passwd' }, /"vgg19-slim" has .* as its file/],
    ['a hidden file', { file: '.npmrc' }, /as its file/],
    ['an unknown task', { task: 'dream' }, /expected one of classify, detect, segment/],
    ['an address that is not https', download('http://example.org/x'), /expected https/],
    ['an address with a password', download('https://a:b@example.org/x'), /expected https/],
    ['no address', download(), /at least one https address/],
    [
      'an invalid digest',
      { checksum: { kind: 'sha256', digest: 'ABC', verified: true, from: 'x' } },
      /digest/,
    ],
    [
      'a prefix that is called verified',
      { checksum: { kind: 'sha256-prefix', digest: '0123abcd', verified: true, from: 'x' } },
      /called verified/,
    ],
    ['a size over the limit', { size: { bytes: 2 ** 50, exact: true } }, /whole number from 1 to/],
    ['labels that are not names', { labels: [1] }, /expected a list of names/],
    ['a figure beyond 1', { accuracy: { metrics: { mAP: 37 }, on: 'x', by: 'y' } }, /fractions of 1/],
    ['an unknown field', { post_install: 'rm -rf' }, /unknown field "post_install"/],
  ] as const)
    it(`refuses ${what}`, () => expect(broken(change)).to.throw(message));

  it('refuses text that is not a catalog', () => {
    for (const text of ['', '[]', '{}', '{"version":2,"models":[]}', '{"version":1,"models":{}}'])
      expect(() => parseCatalog(text)).to.throw(/the catalog is malformed/);
    expect(() => parseCatalog(JSON.stringify({ version: 1, models: [first, first] }))).to.throw(
      /two models with the same name/,
    );
  });
});
