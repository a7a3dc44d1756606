import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerInspect } from '../../lib/cli/commands/inspect.js';
import { registerSegment } from '../../lib/cli/commands/segment.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { image } from '../../lib/image/image.js';
import { readLabels } from '../../lib/labels/files.js';
import { runCommand } from './run-command.js';

const weights = join(import.meta.dirname, '../models/golden/unet-mateuszbuda.pt');

describe('oneiros segment', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'segment-'));
    const picture = image(
      { width: 33, height: 20 },
      Float32Array.from({ length: 3 * 660 }, (_, i) => Math.sin(i * i * 0.01) / 2 + 0.5),
    );
    for (const name of ['a.png', 'b.png']) await writeFile(file(name), await encodeImage(picture, 'png'));
  });
  after(() => rm(folder, { recursive: true }));

  const segment = (...args: readonly string[]) =>
    runCommand(registerSegment, [
      'segment',
      '--model',
      'unet',
      '--weights',
      weights,
      '--provider',
      'cpu',
      ...args,
    ]);

  it('gives one line and one picture for each picture, and COCO annotations of all', async () => {
    const { results } = await segment(
      file('a.png'),
      file('b.png'),
      '-o',
      file('masks'),
      '--show',
      'labels',
      '--coco',
      file('masks.json'),
      '--json',
    );
    const [first, second] = results;
    expect(results).to.have.length(2);
    expect(first)
      .to.include({ image: file('a.png'), width: 33, height: 20 })
      .and.have.property('classes');
    expect(second).to.deep.equal({ ...first, image: file('b.png'), out: file('masks/b.png') });
    const { values, classes } = await readLabels(file('masks/b.png'));
    const white = Array.from(values).filter((value) => value === 255).length;
    expect(classes).to.deep.equal([
      { name: 'background', value: 0 },
      { name: 'tumour', value: 255 },
    ]);
    expect(first).to.have.nested.property('classes[1].pixels', white);
    expect(first).to.have.nested.property('classes[1].fraction', white / 660);
    const coco: unknown = JSON.parse(await readFile(file('masks.json'), 'utf8'));
    expect(coco)
      .to.have.nested.property('categories')
      .that.deep.equals([{ id: 1, name: 'tumour' }]);
    expect(coco).to.have.nested.property('images[1].width', 33);
  });

  it('uses the ids of annotations for COCO, one for each picture', async () => {
    await writeFile(
      file('ids.json'),
      JSON.stringify({ images: ['a.png', 'b.png'].map((name, i) => ({ id: `id ${i}`, file_name: name })) }),
    );
    const coco = ['--coco', file('masks.json'), '--images', file('ids.json')];
    await segment(file('a.png'), file('b.png'), ...coco);
    const written: unknown = JSON.parse(await readFile(file('masks.json'), 'utf8'));
    expect(written).to.have.nested.property('images[1].id', 'id 1');
    const twice: unknown = await segment(file('a.png'), file('a.png'), ...coco).catch((e: unknown) => e);
    expect(twice).to.have.property('message').that.includes('the same image id');
  });

  it('names outputs after their pictures, and writes one file for each', async () => {
    const errorOf = async (...args: readonly string[]) => {
      const error: unknown = await segment(...args).catch((reason: unknown) => reason);
      return error instanceof Error ? error.message : '';
    };
    const labels = ['--show', 'labels', '-o'] as const;
    expect(await errorOf(file('a.png'), file('b.png'), '-o', file('one.png'))).to.match(/give a folder/);
    expect(await errorOf(file('a.png'), ...labels, file('one.jpg'))).to.match(/JPEG changes values/);
    expect(await errorOf(file('a.png'), ...labels, file('one.tif'))).to.match(/\.png or \.jpg/);
    await mkdir(file('other'));
    for (const name of ['a.png', 'c.jpg'])
      await writeFile(
        file(`other/${name}`),
        await encodeImage(image({ width: 16, height: 16 }), name.endsWith('jpg') ? 'jpeg' : 'png'),
      );
    expect(await errorOf(file('a.png'), file('other/a.png'), '-o', file('both'))).to.match(
      /a\.png and .*other.a\.png would both be written/,
    );
    await segment(file('other/c.jpg'), ...labels, file('masks'));
    await segment(file('other/c.jpg'), '-o', file('overlays'));
    expect(await readdir(file('overlays'))).to.deep.equal(['c.jpg']);
    expect(await readdir(file('masks'))).to.include('c.png');
  });

  it('reports a picture that cannot be read, and segments the others', async () => {
    await writeFile(file('broken.png'), 'nothing');
    const { results, said } = await segment(file('broken.png'), file('a.png'));
    expect(results).to.have.length(1);
    expect(said.join('\n')).to.include('broken.png');
  });

  it('takes networks that inspect describes and draws', async () => {
    const { results } = await runCommand(registerInspect, [
      'inspect',
      'unet',
      '--weights',
      weights,
      '--svg',
      file('unet.svg'),
    ]);
    expect(results[0]).to.have.nested.property('anatomy.shape', 'U-Net');
    expect(results[0]).to.have.nested.property(
      'anatomy.ascents[0].operation',
      'strided transposed convolution 2×2, stride 2',
    );
    expect(await readFile(file('unet.svg'), 'utf8')).to.match(/^<svg /);
  });
});
