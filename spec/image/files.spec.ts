import { expect } from 'chai';

import { type ErrorCode, OneirosError } from '../../lib/base/errors.js';
import { decodeImage, encodeImage } from '../../lib/image/codec/decode-encode.js';
import { imageHeader } from '../../lib/image/codec/formats.js';
import { pngChunk, pngChunks, pngFile } from '../../lib/image/codec/png/png.js';
import { readPngText, writePngText } from '../../lib/image/codec/png/text.js';
import { decodeSamples } from '../../lib/image/codec/samples.js';
import { image, solid } from '../../lib/image/image.js';
import { random } from '../../lib/tensor/random.js';
import { expectClose, rejection } from './expect.js';
import golden from './golden/files.json' with { type: 'json' };

interface File {
  readonly bytes: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly expected: readonly number[];
}
const files: Readonly<Record<string, File>> = golden;
const bytesOf = (name: string) => Uint8Array.from(files[name]!.bytes);

async function expectError(file: Uint8Array, code: ErrorCode, text: string, options = {}): Promise<void> {
  const error = await rejection(decodeImage(file, options));
  if (!(error instanceof OneirosError)) throw error;
  expect(error.code).to.equal(code);
  expect(error.message).to.include(text);
  expect(error.message).not.to.include('\n');
}

/** A PNG that states this size, with an IDAT of 20 zero bytes. */
function pngOfSize(width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  return pngFile([
    pngChunk('IHDR', header),
    pngChunk('IDAT', new Uint8Array(20)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A Windows bitmap; the rows of `pixels` are from the bottom. */
function bitmap(
  width: number,
  height: number,
  bits: number,
  palette: number[],
  pixels: number[],
  masks: number[] = [],
) {
  const bytes = new Uint8Array(54 + 4 * masks.length + palette.length + pixels.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  const numbers = [bytes.length, 0, bytes.length - pixels.length, 40, width, height];
  numbers.forEach((number, i) => view.setInt32(2 + 4 * i, number, true));
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, masks.length > 0 ? 3 : 0, true);
  view.setUint32(46, palette.length / 4, true);
  masks.forEach((mask, i) => view.setUint32(54 + 4 * i, mask, true));
  bytes.set([...palette, ...pixels], 54 + 4 * masks.length);
  return bytes;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('decodeImage', () => {
  it('does not change the bytes of its input: a palette, rows with a predictor', async () => {
    for (const name of ['palette.bmp', 'rgb-raw.tiff', 'rgb-tiff_lzw.tiff']) {
      const bytes = Buffer.from(bytesOf(name));
      const [first, second] = [await decodeSamples(bytes), await decodeSamples(bytes)];
      expect(second, name).to.deep.equal(first);
      expect([...bytes], name).to.deep.equal([...bytesOf(name)]);
    }
  });

  for (const [name, { width, height, expected }] of Object.entries(files))
    it(`reads ${name} like PIL`, async () => {
      const picture = await decodeImage(bytesOf(name));
      expect([picture.width, picture.height]).to.deep.equal([width, height]);
      // For JPEG the expected values are those before encoding; pictures.spec.ts compares decoded values exactly.
      expectClose(picture.data, expected, name.endsWith('jpeg') ? 4.01 / 255 : 1e-6);
    });

  it('composites transparent pixels over the given background', async () => {
    const [white, black] = await Promise.all([
      decodeImage(bytesOf('rgba.png')),
      decodeImage(bytesOf('rgba.png'), { background: [0, 0, 0] }),
    ]);
    expect(white.data[0]).to.be.greaterThan(black.data[0]!);
  });

  it('reads a 1×1 image', async () => {
    const one = solid({ width: 1, height: 1 }, [1, 0, 0.2]);
    for (const format of ['png', 'jpeg'] as const) {
      const back = await decodeImage(await encodeImage(one, format));
      expectClose(back.data, one.data, 3 / 255);
    }
  });

  it('reads a PNG with an animation chunk and bytes after its end', async () => {
    const [header, ...rest] = [...pngChunks(bytesOf('rgb.png'))].map((chunk) => chunk.bytes);
    const animated = pngFile([header!, pngChunk('acTL', new Uint8Array(8)), ...rest, Uint8Array.of(1, 2, 3)]);
    expectClose((await decodeImage(animated)).data, files['rgb.png']!.expected, 1e-6);
  });

  it('reads bytes inside a larger buffer', async () => {
    for (const name of ['rgb.png', 'rgb-raw.tiff', 'orientation-6.jpeg', 'rgb.bmp', 'palette.gif']) {
      const padded = Uint8Array.from([1, 2, 3, ...files[name]!.bytes, 4, 5]).subarray(3, -2);
      expect((await decodeImage(padded)).width).to.equal(files[name]!.width);
    }
  });

  it('explains why a file is not a picture', async () => {
    await expectError(new Uint8Array(), 'bad-input', 'the image file is empty');
    await expectError(new TextEncoder().encode('hello'), 'bad-input', 'this is not an image file');
    await expectError(new TextEncoder().encode('RIFF....WEBPVP8 '), 'unsupported', 'WebP');
    await expectError(new TextEncoder().encode('<svg xmlns='), 'unsupported', 'SVG');
    await expectError(Uint8Array.of(0xff, 0xd8), 'bad-input', 'JPEG file is truncated');
    await expectError(
      Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9),
      'bad-input',
      'before its frame header',
    );
  });

  it('rejects too many pixels by the header, before decoding', async () => {
    await expectError(
      pngOfSize(100_000, 100_000),
      'too-large',
      '100000×100000 pixels, over the limit of 100000000',
    );
    await expectError(pngOfSize(2 ** 31, 2 ** 31), 'too-large', 'over the limit');
    await expectError(pngOfSize(0, 5), 'bad-input', 'its size is 0×5');
    const jpeg = bytesOf('grey.jpeg');
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    jpeg.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    await expectError(jpeg, 'too-large', '65535×65535');
    await expectError(bytesOf('rgb.bmp'), 'too-large', '5×3 pixels, over the limit of 14', { maxPixels: 14 });
    for (const name of ['rgb.bmp', 'palette.gif', 'rgb-raw.tiff', 'rgb.png'])
      await expectError(bytesOf(name), 'too-large', 'limit of 1', { maxPixels: 1 });
  });

  it('reads an interlaced PNG, and rejects one that inflates to more than its pixels', async () => {
    const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 1);
    const pixel = await deflate(Uint8Array.of(0, 255, 0, 51));
    const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', pixel), pngChunk('IEND', new Uint8Array())];
    expectClose((await decodeImage(pngFile(chunks))).data, [1, 0, 0.2], 1e-6);
    const data = await deflate(new Uint8Array(1e6));
    const bomb = pngFile([
      pngChunk('IHDR', header),
      pngChunk('IDAT', data),
      pngChunk('IEND', new Uint8Array()),
    ]);
    await expectError(bomb, 'bad-input', 'holds more than');
  });

  it('reads the first page of a TIFF with cyclic directories, and rejects a directory beyond the end', async () => {
    const tiff = bytesOf('rgb-raw.tiff');
    const view = new DataView(tiff.buffer);
    const directory = view.getUint32(4, true);
    const next = directory + 2 + 12 * view.getUint16(directory, true);
    view.setUint32(next, directory, true);
    expectClose((await decodeImage(tiff)).data, files['rgb-raw.tiff']!.expected, 1e-6);
    view.setUint32(4, 1e9, true);
    await expectError(tiff, 'bad-input', 'TIFF file is truncated');
  });

  for (const [name, { bytes }] of Object.entries(files))
    it(`rejects a truncated ${name}`, async () => {
      for (const share of [0.1, 0.5, 0.9]) {
        const error = await rejection(
          decodeImage(Uint8Array.from(bytes.slice(0, Math.ceil(bytes.length * share)))),
        );
        expect(error).to.be.instanceOf(OneirosError);
      }
      await expectError(Uint8Array.from(bytes.slice(0, -2)), 'bad-input', '');
    });

  it('decodes a damaged file or throws an OneirosError', async () => {
    const numbers = random(5);
    for (const { bytes } of Object.values(files))
      for (let trial = 0; trial < 40; trial++) {
        const damaged = Uint8Array.from(bytes);
        for (let i = numbers.integer(1, 4); i > 0; i--)
          damaged[numbers.integer(0, damaged.length - 1)] = numbers.integer(0, 255);
        await decodeImage(damaged, { maxPixels: 1e6 }).catch((error: unknown) => {
          expect(error).to.be.instanceOf(OneirosError);
        });
      }
  });

  it('reads bitmaps of 4 and 16 bits, from the bottom and from the top', async () => {
    const palette = [0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0]; // black, blue, green, red
    const rows = [0x12, 0x30, 0, 0, 0x30, 0x30, 0, 0];
    const [up, down] = [bitmap(3, 2, 4, palette, rows), bitmap(3, -2, 4, palette, rows)];
    expect([...(await decodeImage(up)).data.subarray(0, 6)]).to.deep.equal([1, 0, 1, 0, 0, 1]); // red
    expect([...(await decodeImage(down)).data.subarray(0, 6)]).to.deep.equal([0, 0, 1, 1, 0, 1]);
    const green = bitmap(1, 1, 16, [], [0xe0, 0x07, 0, 0], [0xf800, 0x07e0, 0x001f]);
    expect([...(await decodeImage(green)).data]).to.deep.equal([0, 1, 0]);
    const half = bitmap(1, 1, 16, [], [0x10, 0x42, 0, 0]); // 16 of 31 in each of the 5-bit fields
    expectClose((await decodeImage(half)).data, [132 / 255, 132 / 255, 132 / 255], 1e-6);
    await expectError(bitmap(1, 1, 5, [], [0, 0, 0, 0]), 'bad-input', '5 bits per pixel');
  });

  it('has imageHeader, which reads format and size without decoding', () => {
    expect(imageHeader(bytesOf('grey16.png'))).to.include({ format: 'png', width: 5, height: 3, bits: 16 });
    expect(imageHeader(bytesOf('orientation-6.jpeg'))).to.deep.equal({
      format: 'jpeg',
      width: 24,
      height: 16,
    });
  });
});

describe('encodeImage', () => {
  const picture = image(
    { width: 13, height: 7 },
    Float32Array.from({ length: 273 }, (_, i) => ((i * 37) % 256) / 255),
  );

  it('writes PNG losslessly, with the same bytes every time', async () => {
    const [first, second] = [await encodeImage(picture, 'png'), await encodeImage(picture, 'png')];
    expect(first).to.deep.equal(second);
    expectClose((await decodeImage(first)).data, picture.data, 1e-7);
  });

  it('writes JPEG with the given quality', async () => {
    const [good, poor] = [
      await encodeImage(picture, 'jpeg'),
      await encodeImage(picture, 'jpeg', { quality: 10 }),
    ];
    expect(poor.length).to.be.lessThan(good.length);
    expect((await decodeImage(good)).width).to.equal(13);
  });

  it('rejects options and sizes that the format does not support', async () => {
    for (const quality of [0, 101, NaN])
      expect(String(await rejection(encodeImage(picture, 'jpeg', { quality })))).to.include('1 to 100');
    expect(String(await rejection(encodeImage(picture, 'jpeg', { text: { a: 'b' } })))).to.include(
      'choose png',
    );
    const wide = image({ width: 65536, height: 1 });
    expect(String(await rejection(encodeImage(wide, 'jpeg')))).to.include('65500 pixels');
  });

  it('stores texts, in Latin-1 or UTF-8, and replaces them', async () => {
    const text = { oneiros: '{"layer":"inception_4c/output"}', Title: 'Träume', Comment: '夢 🌙' };
    const file = await encodeImage(picture, 'png', { text });
    expect(Object.fromEntries(readPngText(file))).to.deep.equal(text);
    expectClose((await decodeImage(file)).data, picture.data, 1e-7);
    const changed = writePngText(file, { Comment: 'plain', Title: '' });
    expect(Object.fromEntries(readPngText(changed))).to.deep.equal({ ...text, Comment: 'plain', Title: '' });
    expect([...pngChunks(changed)].filter(({ type }) => type === 'iTXt')).to.have.length(0);
    expect(() => writePngText(file, { naïve: 'x' })).to.throw('printable ASCII');
    expect(() => writePngText(file, { key: 'a\0b' })).to.throw('NUL');
    expect(() => readPngText(Uint8Array.of(1, 2, 3))).to.throw(OneirosError);
  });
});
