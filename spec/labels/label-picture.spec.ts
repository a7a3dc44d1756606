import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { deflate } from '../../lib/image/codec/common/inflate.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { pngChunk, pngFile } from '../../lib/image/codec/png/png.js';
import { image } from '../../lib/image/image.js';
import { readLabels } from '../../lib/labels/files.js';
import { decodeLabels, encodeLabels } from '../../lib/labels/label-picture.js';
import { rejection } from '../image/expect.js';
import golden from './golden/labels.json' with { type: 'json' };

interface File {
  readonly bytes: readonly number[];
  readonly values: readonly number[];
}
const files: Readonly<Record<string, File>> = golden.files;
const size = { width: golden.width, height: golden.height };

/** A PNG file of rows of bytes, with filter 0. */
async function png(colorType: number, bits: number, width: number, rows: readonly (readonly number[])[]) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, rows.length);
  header.set([bits, colorType, 0, 0, 0], 8);
  const data = Uint8Array.from(rows.flatMap((row) => [0, ...row]));
  return pngFile([
    pngChunk('IHDR', header),
    pngChunk('IDAT', await deflate(data)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

async function failure(bytes: Uint8Array): Promise<string> {
  const error = await rejection(decodeLabels(bytes));
  return error instanceof Error ? error.message : '';
}

describe('decodeLabels', () => {
  for (const [name, { bytes, values }] of Object.entries(files))
    it(`reads ${name} like Pillow`, async () => {
      const picture = await decodeLabels(Uint8Array.from(bytes));
      expect([picture.width, picture.height]).to.deep.equal([size.width, size.height]);
      expect(Array.from(picture.values)).to.deep.equal(values);
    });

  it('reads gray of 2 and 4 bits, which Pillow would scale', async () => {
    const two = await decodeLabels(await png(0, 2, 4, [[0b00011011]]));
    expect(Array.from(two.values)).to.deep.equal([0, 1, 2, 3]);
    const four = await decodeLabels(await png(0, 4, 2, [[0x5f], [0x07]]));
    expect(Array.from(four.values)).to.deep.equal([5, 15, 0, 7]);
  });

  it('reads gray stored as RGB of 16 bits', async () => {
    const { values } = await decodeLabels(await png(2, 16, 1, [[3, 1, 3, 1, 3, 1]]));
    expect(Array.from(values)).to.deep.equal([769]);
  });

  it('rejects transparency, colors of 16 bits and JPEG, and readLabels names the file', async () => {
    expect(await failure(await png(6, 8, 2, [[1, 2, 3, 255, 1, 2, 3, 128]]))).to.match(
      /transparent in places \(alpha 128 of 255 at \(1, 0\)\)/,
    );
    expect(await failure(await png(4, 8, 1, [[7, 0]]))).to.match(/alpha 0 of 255/);
    expect(await failure(await png(2, 16, 1, [[0, 1, 0, 2, 0, 3]]))).to.match(
      /colors of 16 bits \(\(1, 2, 3\) at \(0, 0\)\)/,
    );
    const folder = await mkdtemp(join(tmpdir(), 'labels-'));
    const path = join(folder, 'mask.png');
    await writeFile(path, await encodeImage(image(size), 'jpeg'));
    const error = await rejection(readLabels(path));
    expect(error).to.have.property('code', 'unsupported');
    expect(error)
      .to.have.property('message')
      .that.matches(/mask\.png cannot be read as a mask: .*JPEG/);
    await rm(folder, { recursive: true });
  });

  it('reads back what encodeLabels wrote: 8 bits, 16 bits, colors, and the classes', async () => {
    const labels = Uint8Array.of(0, 1, 2, 1);
    for (const values of [
      [255, 7, 0],
      [0, 1000, 65535],
      ['#ff0080', '#000000', '#00ff01'],
    ] as const) {
      const classes = values.map((value, i) => ({ name: `a, ${i}`, value }));
      const bytes = await encodeLabels({ width: 2, height: 2, labels, classes }, { Software: 'spec' });
      const picture = await decodeLabels(bytes);
      const numbers = values.map((value) =>
        typeof value === 'number' ? value : parseInt(value.slice(1), 16),
      );
      expect(Array.from(picture.values)).to.deep.equal(Array.from(labels, (label) => numbers[label]));
      expect(picture.classes).to.deep.equal(classes);
    }
  });
});
