import { expect } from 'chai';

import { type ErrorCode, OneirosError } from '../../lib/base/errors.js';
import { concatenate } from '../../lib/image/codec/common/bytes.js';
import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { segments } from '../../lib/image/codec/jpeg/segments.js';
import { pngChunk, pngChunks, pngFile } from '../../lib/image/codec/png/png.js';
import { readPngText } from '../../lib/image/codec/png/text.js';
import { rejection } from './expect.js';
import { pictures, picturesInNode, subsampledInks } from './pictures.js';

const fileOf = (name: string) => Uint8Array.from(pictures.find((picture) => picture.name === name)!.file);
const repeated = (count: number, ...bytes: number[]) =>
  concatenate(Array.from({ length: count }, () => Uint8Array.from(bytes)));

async function expectRefusal(file: Uint8Array, code: ErrorCode, text: string): Promise<void> {
  const error = await rejection(decodeImage(file));
  if (!(error instanceof OneirosError)) throw error;
  expect(error.message).to.include(text);
  expect(error.code).to.equal(code);
}

/** A little-endian TIFF of one byte per pixel with these fields by tag; its data begins at byte 8. */
function tiff(fields: Readonly<Record<number, readonly number[]>>, data: Uint8Array): Uint8Array {
  const entries = Object.entries({ 258: [8], 262: [1], 273: [8], 279: [data.length], ...fields });
  const directoryAt = 8 + data.length;
  let valuesAt = directoryAt + 2 + 12 * entries.length + 4;
  const file = new Uint8Array(valuesAt + 4 * entries.reduce((sum, [, values]) => sum + values.length, 0));
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  file.set(data, 8);
  view.setUint32(4, directoryAt, true);
  view.setUint16(directoryAt, entries.length, true);
  for (const [i, [tag, values]] of entries.entries()) {
    const at = directoryAt + 2 + 12 * i;
    view.setUint16(at, Number(tag), true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, values.length, true);
    if (values.length > 1) view.setUint32(at + 8, valuesAt, true);
    const first = values.length > 1 ? valuesAt : at + 8;
    values.forEach((value, k) => {
      view.setUint32(first + 4 * k, value, true);
    });
    if (values.length > 1) valuesAt += 4 * values.length;
  }
  return file;
}

const square = (side: number) => ({ 256: [side], 257: [side] });
const compressions = { lzw: 5, deflate: 8, packbits: 32773, none: 1 };

describe('hostile pictures', () => {
  it('are rejected if the compressed data of a TIFF never ends or ends early, with any compression', async () => {
    // Thirteen zeros are LZW codes on which utif2 loops forever.
    await expectRefusal(tiff({ ...square(4), 259: [5] }, new Uint8Array(13)), 'bad-input', 'LZW data');
    for (const name of pictures
      .map((picture) => picture.name)
      .filter((one) => /-(tiff_|packbits|raw)/.test(one))) {
      const whole = await decodeImage(fileOf(name));
      const view = new DataView(fileOf(name).buffer);
      const directory = view.getUint32(4, true);
      const entries = Array.from(
        { length: view.getUint16(directory, true) },
        (_, i) => directory + 2 + 12 * i,
      );
      const counts = entries.find((at) => view.getUint16(at, true) === 279)!;
      const short = view.getUint16(counts + 2, true) === 3;
      const inline = view.getUint32(counts + 4, true) * (short ? 2 : 4) <= 4;
      const at = inline ? counts + 8 : view.getUint32(counts + 8, true);
      const length = short ? view.getUint16(at, true) : view.getUint32(at, true);
      // A shorter length of the first strip: the same picture, if that was padding, or an error.
      for (let less = 1; less <= Math.min(20, length); less++) {
        const cut = fileOf(name);
        new DataView(cut.buffer).setUint16(at, length - less, true);
        const picture = await decodeImage(cut).catch((error: unknown) => error);
        if (!(picture instanceof OneirosError)) expect(picture, `${name} less ${less}`).to.deep.equal(whole);
      }
    }
  });

  it('are rejected before memory is allocated if a TIFF is too short for its size', async () => {
    for (const compression of Object.values(compressions))
      await expectRefusal(
        tiff({ ...square(9000), 259: [compression] }, new Uint8Array(40)),
        'bad-input',
        'its pixels have 40 bytes, but its size needs 81000000',
      );
    const tile = { ...square(4), 324: [8], 325: [40] };
    await expectRefusal(
      tiff({ ...tile, 322: [65535], 323: [65535] }, new Uint8Array(40)),
      'unsupported',
      'tile',
    );
    await expectRefusal(
      tiff({ ...tile, 322: [0], 323: [4] }, new Uint8Array(40)),
      'bad-input',
      'tiles of 0×4',
    );
  });

  it('are rejected if the strips of a TIFF overlap, are too many, or have a wrong count', async () => {
    const rows = (count: number, length: number) => ({
      256: [10],
      257: [count],
      278: [1],
      273: Array.from({ length: count }, () => 8),
      279: Array.from({ length: count }, () => length),
    });
    const data = new Uint8Array(10_000);
    await expectRefusal(tiff({ ...rows(1000, 10_000), 259: [5] }, data), 'bad-input', 'more than the file');
    await expectRefusal(tiff(rows(70_000, 0), data), 'unsupported', '70000-strip');
    await expectRefusal(tiff({ ...rows(9, 10), 257: [10] }, data), 'bad-input', 'it has 9 strips of 10×1');
    await expectRefusal(tiff({ ...rows(9, 10), 279: [90] }, data), 'bad-input', 'the lengths of 1');
  });

  it('are rejected if floating-point values are outside [0, 1]', async () => {
    const values = new Float32Array([0, 0.5, 1, 300]);
    const file = tiff({ ...square(2), 258: [32], 339: [3] }, new Uint8Array(values.buffer));
    await expectRefusal(file, 'unsupported', 'from 0 to 300');
  });

  it('are rejected if a JPEG has thousands of scans, or too many passes over its coefficients', async () => {
    const progressive = fileOf('420-progressive.jpeg');
    const all = [...segments(progressive)].map(({ bytes }) => bytes);
    const scans = [...segments(progressive)]
      .filter(({ marker }) => marker === 0xda)
      .map(({ bytes }) => bytes);
    const withScans = (more: readonly Uint8Array[]) =>
      concatenate([Uint8Array.of(0xff, 0xd8), ...all, ...more, Uint8Array.of(0xff, 0xd9)]);
    const last = scans.at(-1)!;
    await expectRefusal(withScans(Array<Uint8Array>(1000).fill(last)), 'too-large', '100 scans, the limit');
    const heavy = scans.filter((scan) => scan[5] === 1 && scan[4] === 1); // all of one component
    const many = Array.from({ length: 80 }, (_, i) => heavy[i % heavy.length]!);
    await expectRefusal(withScans(many), 'too-large', '16 passes over its coefficients, the limit');
  });

  it('are rejected if a JPEG is too short for its size, or lacks a component', async () => {
    const stated = fileOf('ycc-no-markers.jpeg');
    const frame = stated.findIndex((byte, i) => byte === 0xff && stated[i + 1] === 0xc0);
    stated.set([9000 >> 8, 9000 & 255, 9000 >> 8, 9000 & 255], frame + 5);
    await expectRefusal(stated, 'bad-input', 'JPEG file is truncated');
    const head: Uint8Array[] = [];
    const scans: Uint8Array[] = [];
    for (const { marker, bytes } of segments(fileOf('420-progressive.jpeg')))
      (marker === 0xda ? scans : head).push(bytes);
    const without = concatenate([Uint8Array.of(0xff, 0xd8), ...head, scans[1]!, Uint8Array.of(0xff, 0xd9)]);
    await expectRefusal(without, 'bad-input', 'it ends before component 1');
  });

  it('are rejected if a JPEG is of an unsupported kind', async () => {
    const frame = (change: (file: Uint8Array, at: number) => void) => {
      const file = fileOf('ycc-no-markers.jpeg');
      change(
        file,
        file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0),
      );
      return file;
    };
    const kinds: [(file: Uint8Array, at: number) => void, string][] = [
      [(file, at) => (file[at + 4] = 12), '12-bit JPEG'],
      [(file, at) => (file[at + 1] = 0xc3), 'lossless JPEG'],
      [(file, at) => (file[at + 1] = 0xc5), 'hierarchical JPEG'],
      [(file, at) => (file[at + 1] = 0xc9), 'arithmetic-coded JPEG'],
      [(file, at) => (file[at + 9] = 2), 'two-component JPEG'],
      [(file, at) => file.set([0x32, 0, 2, 0x22], at + 11), 'fractionally subsampled JPEG'],
    ];
    for (const [change, words] of kinds) await expectRefusal(frame(change), 'unsupported', words);
    await expectRefusal(
      frame((file, at) => (file[at + 9] = 5)),
      'bad-input',
      '5 color components',
    );
  });

  it('are rejected if the data of a JPEG ends early or is invalid, which libjpeg would fill with gray', async () => {
    const good = fileOf('444.jpeg');
    const whole = await decodeImage(good);
    for (const name of ['444.jpeg', '420.jpeg', 'color-restarts.jpeg', 'grey-restarts.jpeg', 'cmyk.jpeg']) {
      const file = fileOf(name);
      for (const less of [3, 10, 30]) {
        const early = concatenate([file.subarray(0, -2 - less), Uint8Array.of(0xff, 0xd9)]);
        await expectRefusal(early, 'bad-input', 'JPEG file is corrupt');
      }
      // No Huffman code is all ones.
      const ones = concatenate([file.subarray(0, -42), repeated(20, 0xff, 0), Uint8Array.of(0xff, 0xd9)]);
      await expectRefusal(ones, 'bad-input', 'JPEG file is corrupt');
      // The decoder still works.
      expect(await decodeImage(good)).to.deep.equal(whole);
    }
    // Padding before a marker is valid, and a sequential scan ignores these three numbers.
    const padded = concatenate([good.subarray(0, -2), repeated(9, 0), good.subarray(-2)]);
    expect(await decodeImage(padded)).to.deep.equal(whole);
    const scan = good.findIndex((byte, i) => byte === 0xff && good[i + 1] === 0xda);
    good.set([0, 0, 0], scan + 11);
    expect(await decodeImage(good)).to.deep.equal(whole);
  });

  it('are rejected if jpeg-js would decode a CMYK JPEG wrongly', async () => {
    await expectRefusal(fileOf(subsampledInks), 'unsupported', 'subsampled CMYK JPEG');
    const inks = fileOf('cmyk-progressive.jpeg');
    const parts = [...segments(inks)];
    const scan = parts.findIndex(({ marker }) => marker === 0xda);
    const before = (at: number, segment: Uint8Array) =>
      concatenate([
        Uint8Array.of(0xff, 0xd8),
        ...parts.slice(0, at).map(({ bytes }) => bytes),
        segment,
        ...parts.slice(at).map(({ bytes }) => bytes),
        Uint8Array.of(0xff, 0xd9),
      ]);
    const interval = Uint8Array.of(0xff, 0xdd, 0, 4, 0, 9);
    await expectRefusal(before(scan, interval), 'unsupported', 'restart markers');
    const table = parts.find(({ marker }) => marker === 0xdb)!.bytes;
    await expectRefusal(before(scan + 1, table), 'unsupported', 'changing quantization tables');
  });

  it('decode as usual with a flood of segments or chunks', async () => {
    const jpeg = fileOf('420.jpeg');
    const segment = [0xff, 0xdd, 0, 4, 0, 0];
    const flooded = concatenate([jpeg.subarray(0, 2), repeated(50_000, ...segment), jpeg.subarray(2)]);
    expect(await decodeImage(flooded)).to.deep.equal(await decodeImage(jpeg));
    const png = fileOf('rgba.png');
    const [header, ...rest] = [...pngChunks(png)].map(({ bytes }) => bytes);
    const chunks = Array.from({ length: 50_000 }, (_, i) =>
      pngChunk(i % 2 ? 'IDAT' : 'tEXt', new Uint8Array()),
    );
    const bomb = pngChunk('zTXt', concatenate([Uint8Array.of(65, 0, 0), new Uint8Array(1000)]));
    const many = pngFile([header!, bomb, ...chunks, ...rest]);
    expect(await decodeImage(many)).to.deep.equal(await decodeImage(png));
    expect(readPngText(many).size).to.equal(0);
  });

  it('are rejected if the pixels of a bitmap are in its header, or its run lengths end early', async () => {
    const inside = fileOf('rgb24-top-down.bmp');
    new DataView(inside.buffer).setUint32(10, 0, true);
    await expectRefusal(inside, 'bad-input', 'its pixels begin at byte 0, inside its header');
    for (const name of ['runs8.bmp', 'runs4.bmp']) {
      const file = fileOf(name);
      const ends = concatenate([file.subarray(0, -40), Uint8Array.of(0, 1)]);
      await expectRefusal(ends, 'bad-input', 'its run lengths end in row');
    }
  });

  it('are never decoded in part: a truncated file is rejected or complete', async function () {
    this.timeout(300_000);
    for (const { name, file } of picturesInNode) {
      const whole = await decodeImage(file);
      // Every seventh length of each file, from a different start: hundreds of lengths of every kind.
      for (let length = name.length % 7; length < file.length; length += 7) {
        const picture = await decodeImage(file.subarray(0, length)).catch((error: unknown) => error);
        if (!(picture instanceof OneirosError)) expect(picture, `${name} at ${length}`).to.deep.equal(whole);
      }
    }
  });
});
