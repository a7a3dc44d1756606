import { expect } from 'chai';

import { bytesSource } from '../../lib/files/source.js';
import { dataOffset, readZipDirectory } from '../../lib/weights/zip.js';
import { expectError, open } from './harness.js';

interface Entry {
  readonly name: string;
  readonly data?: string;
  readonly method?: number;
  readonly flags?: number;
  /** Sizes and offset in the 64-bit extra field. */
  readonly wide?: boolean;
  readonly localOffset?: number;
}

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => String.fromCharCode(Math.floor(value / 256 ** i) % 256)).join('');
const u16 = (value: number) => little(value, 2);
const u32 = (value: number) => little(value, 4);
const u64 = (value: number) => little(value, 8);

interface Archive {
  readonly wideEnd?: boolean;
  readonly comment?: string;
  readonly disk?: number;
  readonly count?: number;
}

/** A zip file, field by field as in PKWARE's APPNOTE; checksums and times are zero because they are not read. */
function zip(
  entries: readonly Entry[],
  { wideEnd = false, comment = '', disk = 0, count }: Archive = {},
): Uint8Array {
  let file = '';
  let directory = '';
  for (const { name, data = '', method = 0, flags = 0, wide = false, localOffset } of entries) {
    const offset = localOffset ?? file.length;
    const sizes = u32(data.length) + u32(data.length);
    // Another field comes first, as miniz's padding does.
    const extra =
      u16(0x4246) + u16(3) + 'abc' + u16(1) + u16(24) + u64(data.length) + u64(data.length) + u64(offset);
    file += `PK\x03\x04${u16(20)}${u16(flags)}${u16(method)}${u32(0)}${u32(0)}${sizes}${u16(name.length)}${u16(5)}`;
    file += `${name}\0\0\0\0\0${data}`;
    directory += `PK\x01\x02${u16(20)}${u16(20)}${u16(flags)}${u16(method)}${u32(0)}${u32(0)}`;
    directory += wide ? u32(0xffffffff).repeat(2) : sizes;
    directory += `${u16(name.length)}${u16(wide ? extra.length : 0)}${u16(0)}${u16(0)}${u16(0)}${u32(0)}`;
    directory += `${u32(wide ? 0xffffffff : offset)}${name}${wide ? extra : ''}`;
  }
  const total = count ?? entries.length;
  const start = file.length;
  const end64 = start + directory.length;
  file += directory;
  if (wideEnd) {
    file += `PK\x06\x06${u64(44)}${u16(45)}${u16(45)}${u32(disk)}${u32(disk)}${u64(total)}${u64(total)}`;
    file += `${u64(directory.length)}${u64(start)}PK\x06\x07${u32(0)}${u64(end64)}${u32(1)}`;
  }
  const [narrowSize, narrowStart] = wideEnd ? [0xffffffff, 0xffffffff] : [directory.length, start];
  file += `PK\x05\x06${u16(disk)}${u16(disk)}${u16(total)}${u16(total)}${u32(narrowSize)}${u32(narrowStart)}`;
  return latin1(`${file}${u16(comment.length)}${comment}`);
}

const two: readonly Entry[] = [
  { name: 'a/b', data: 'hello' },
  { name: 'c', data: '' },
];

describe('the zip directory', () => {
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ['plain', zip(two)],
    ['with a comment', zip(two, { comment: 'PK\x05\x06 is not the end' })],
    ['with the longest comment', zip(two, { comment: '.'.repeat(65535) })],
    ['with 64-bit entries', zip(two.map((entry) => ({ ...entry, wide: true })))],
    ['with a 64-bit end', zip(two, { wideEnd: true })],
  ];
  for (const [form, bytes] of forms)
    it(`gives the ranges of the entries ${form}`, async () => {
      const source = bytesSource(bytes);
      const directory = await readZipDirectory(source);
      expect([...directory.keys()]).to.deep.equal(['a/b', 'c']);
      const entry = directory.get('a/b')!;
      const start = await dataOffset(source, entry);
      expect(new TextDecoder().decode(await source.read(start, entry.size))).to.equal('hello');
    });

  const read = (bytes: Uint8Array) => readZipDirectory(bytesSource(bytes));

  it('reports what is wrong with a file', async () => {
    await expectError(read(zip([{ name: 'a', method: 8 }])), 'unsupported', '"a" is compressed');
    await expectError(read(zip([{ name: 'a', flags: 1 }])), 'unsupported', '"a" is encrypted');
    await expectError(read(zip(two, { disk: 1 })), 'unsupported', 'several parts');
    await expectError(read(zip(two, { disk: 1, wideEnd: true })), 'unsupported', 'several parts');
    await expectError(read(zip([{ name: 'a' }, { name: 'a' }])), 'bad-input', 'the same name');
    await expectError(read(zip(two, { count: 3 })), 'bad-input', '2 entries, but should have 3');
    await expectError(read(zip(two).subarray(0, -1)), 'bad-input', 'truncated');
    await expectError(read(zip(two).subarray(10)), 'bad-input', 'entry 0 of its directory is invalid');
  });

  it('refuses a directory over the limit before allocating memory', async () => {
    const bytes = zip(two);
    bytes.set([0, 0, 0, 1], bytes.length - 10);
    await expectError(read(bytes), 'too-large', '16777216 bytes');
  });

  it('reports an entry that is not at the offset in the directory', async () => {
    const source = bytesSource(zip([{ name: 'a', data: 'x', localOffset: 1 }]));
    const entry = (await readZipDirectory(source)).get('a')!;
    await expectError(dataOffset(source, entry), 'bad-input', '"a" is not at byte 1');
  });
});

describe('PyTorch zip files', () => {
  const text = (value: string) => `X${u32(value.length)}${value}`;
  const id = `(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x02NtQ`;
  const one = `ctorch._utils\n_rebuild_tensor_v2\n(${id}K\0K\x02\x85K\x01\x85\x89NtR`;
  const pickle = { name: 'm/data.pkl', data: `\x80\x02}${text('w')}${one}s.` };
  const data = { name: 'm/data/0', data: '\0\0\x80\x3f\0\0\0\x40' };

  it('are read if these specs build them by hand', async () => {
    const weights = await open(zip([pickle, data, { name: 'm/byteorder', data: 'little' }]));
    expect([...(await weights.get('w')!.load()).data]).to.deep.equal([1, 2]);
  });

  it('are refused with a reason if they are invalid', async () => {
    await expectError(open(zip(two)), 'bad-input', 'expected an entry data.pkl, found "a/b", "c"');
    await expectError(open(zip([pickle])), 'bad-input', '"m/data/0", which is not in the zip file');
    await expectError(
      open(zip([pickle, { ...data, data: '\0' }])),
      'bad-input',
      'should have 8 bytes, but has 1',
    );
    const big = { name: 'm/byteorder', data: 'big' };
    await expectError(open(zip([pickle, data, big])), 'unsupported', '"big"-endian');
    await expectError(
      open(zip([{ ...pickle, data: pickle.data.slice(0, -9) }, data])),
      'bad-input',
      'the pickle is incomplete',
    );
    const evil = { ...pickle, data: '\x80\x02cos\nsystem\n.' };
    await expectError(open(zip([evil])), 'unsupported', '"os.system"');
  });
});
