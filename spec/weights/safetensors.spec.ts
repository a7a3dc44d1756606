import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { bytesSource } from '../../lib/files/source.js';
import { float32, int64, type NumericTensor, numericTensor, toNumbers } from '../../lib/tensor/tensor.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { readSafetensors, writeSafetensors } from '../../lib/weights/formats/safetensors.js';
import { counted, expectError, goldenBytes, open } from './harness.js';

/** A file with this header, followed by this many zero bytes. */
function file(header: string, data: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (dtype: string, shape: string, begin: number, end: number) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('safetensors', () => {
  it('reads metadata', async () => {
    const { format, metadata } = await loadWeights(bytesSource(goldenBytes('dtypes.safetensors')));
    expect(format).to.equal('safetensors');
    expect(metadata).to.deep.equal({ licence: 'CC0' });
  });

  it('writes the bytes that the reference library writes', async () => {
    const golden = goldenBytes('dtypes.safetensors');
    const { weights, metadata } = await readSafetensors(bytesSource(golden));
    const tensors = new Map<string, NumericTensor>();
    for (const [name, stored] of [...weights].reverse()) tensors.set(name, await stored.load());
    expect(writeSafetensors(tensors, metadata)).to.deep.equal(golden);
  });

  it('writes the same header as one written by hand', () => {
    const written = writeSafetensors(new Map([['w', float32([1, -2], [2, 1])]]));
    const header = '{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
    expect(new TextDecoder().decode(written.subarray(8, 64))).to.equal(header);
    expect([...written.subarray(0, 8)]).to.deep.equal([56, 0, 0, 0, 0, 0, 0, 0]);
    expect([...written.subarray(64)]).to.deep.equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it('round-trips names of any kind and views of larger buffers', async () => {
    const view = numericTensor('float32', Float32Array.of(9, 1, 2, 9).buffer, [2], 4);
    const names = ['__proto__', 'ä/ö "ü"', '0', ''];
    const weights = await open(writeSafetensors(new Map(names.map((name) => [name, view]))));
    expect([...weights.keys()]).to.have.members(names);
    for (const stored of weights.values()) expect(toNumbers(await stored.load())).to.deep.equal([1, 2]);
  });

  it('reads only the tensors that are loaded', async () => {
    const big = numericTensor('uint8', new ArrayBuffer(1e6), [1e6]);
    const bytes = writeSafetensors(
      new Map<string, NumericTensor>([
        ['big', big],
        ['small', int64([7])],
      ]),
    );
    const { source, count } = counted(bytes);
    const { weights } = await loadWeights(source);
    expect(toNumbers(await weights.get('small')!.load())).to.deep.equal([7]);
    expect(count()).to.be.below(1000);
  });

  it('copies a tensor that is not aligned in the file', async () => {
    const header = `{"a":${entry('U8', '[1]', 0, 1)},"b":${entry('F64', '[1]', 1, 9)}}`;
    expect(toNumbers(await (await open(file(header, 9))).get('b')!.load())).to.deep.equal([0]);
  });

  const damages: readonly (readonly [string, Uint8Array, string])[] = [
    ['a truncated file', file(`{"a":${entry('F32', '[2]', 0, 8)}}`, 7), 'truncated'],
    ['bytes after the last tensor', file(`{"a":${entry('F32', '[2]', 0, 8)}}`, 9), '1 bytes follow'],
    [
      'a hole',
      file(`{"a":${entry('U8', '[1]', 0, 1)},"b":${entry('U8', '[1]', 2, 3)}}`, 3),
      'begins at byte 2',
    ],
    [
      'an overlap',
      file(`{"a":${entry('U8', '[2]', 0, 2)},"b":${entry('U8', '[2]', 1, 3)}}`, 3),
      'begins at byte 1',
    ],
    [
      'a name twice',
      file(`{"a":${entry('U8', '[1]', 0, 1)},"a":${entry('U8', '[1]', 1, 2)}}`, 2),
      'begins at byte 1',
    ],
    [
      'a size that does not match the shape',
      file(`{"a":${entry('F32', '[3]', 0, 8)}}`, 8),
      'takes 12 bytes but has 8',
    ],
    [
      'a shape whose size is not a safe integer',
      file(`{"a":${entry('F32', '[4294967296,4294967296]', 0, 8)}}`, 8),
      'impossible',
    ],
    ['offsets that go back', file(`{"a":${entry('F32', '[0]', 8, 0)}}`, 8), 'takes 0 bytes but has -8'],
    ['a negative offset', file(`{"a":${entry('F32', '[1]', -4, 0)}}`, 0), 'no data_offsets'],
    ['a shape with fractions', file(`{"a":${entry('F32', '[0.5]', 0, 2)}}`, 2), 'no shape'],
    ['a tensor without a dtype', file('{"a":{}}', 0), 'no dtype'],
    ['a tensor that is a number', file('{"a":1}', 0), 'not described'],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}', 0), 'metadata'],
    ['a header that is not JSON', file('{"a":', 0), 'not valid JSON'],
    ['a header nested a million deep', file(`{"a":${'['.repeat(1e6)}`, 0), 'not valid JSON'],
    ['a header that is not UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff), 'not valid JSON'],
    ['a header beyond the file', file('{}', 0).subarray(0, 9), 'ends after 9'],
  ];
  for (const [what, bytes, message] of damages)
    it(`reports ${what}`, () => expectError(open(bytes), 'bad-input', message));

  it('refuses element types without a typed array, by name', () =>
    expectError(open(file(`{"a":${entry('F8_E4M3', '[1]', 0, 1)}}`, 1)), 'unsupported', '"a"', '"F8_E4M3"'));

  it('refuses a header over the limit before allocating memory', () => {
    const bytes = file('{"a', 100);
    bytes.set([0, 0, 0, 0, 1], 0);
    return expectError(open(bytes), 'too-large', '4294967296 bytes');
  });

  it('refuses to write a tensor with the name of the metadata', () => {
    expect(() => writeSafetensors(new Map([['__metadata__', float32([1])]]))).to.throw(
      OneirosError,
      'cannot be named "__metadata__"',
    );
  });
});

describe('loadWeights', () => {
  const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  const kinds: readonly (readonly [string, string, 'bad-input' | 'unsupported', string])[] = [
    ['an empty file', '', 'bad-input', '0 bytes'],
    ['a picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'bad-input', 'neither safetensors nor'],
    ['Keras', '\x89HDF\r\n\x1a\n\0\0\0\0', 'unsupported', 'HDF5'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', 'unsupported', 'git lfs pull'],
    ['an error page', '\n<!DOCTYPE html><title>404', 'unsupported', 'web page'],
    ['gzip', '\x1f\x8b\x08\0\0\0\0\0\0\0', 'unsupported', 'unpack'],
    ['tar', `${'\0'.repeat(257)}ustar\0`, 'unsupported', '2017'],
    ['an empty zip file', `PK\x05\x06${'\0'.repeat(18)}`, 'bad-input', 'nothing at all'],
    ['a truncated zip file', `PK\x03\x04${'\0'.repeat(80)}`, 'bad-input', 'truncated'],
    ['zeros', '\0'.repeat(100), 'bad-input', 'neither'],
  ];
  for (const [what, start, code, message] of kinds)
    it(`reports that it was given ${what}`, () => expectError(open(latin1(start)), code, message));

  it('recognizes a safetensors file whose header length looks like a pickle', async () => {
    const header = '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'.padEnd(0x280);
    expect([...(await open(file(header, 0))).keys()]).to.deep.equal(['a']);
  });
});
