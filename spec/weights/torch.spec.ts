import { expect } from 'chai';

import { toNumbers } from '../../lib/tensor/tensor.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { counted, expectError, goldenBytes, goldenNames, goldenTensors, open } from './harness.js';

describe('PyTorch checkpoints', () => {
  for (const name of goldenNames)
    it(`reads ${name} as torch.load does`, async () => {
      const weights = await open(goldenBytes(name));
      const expected = goldenTensors(name);
      expect([...weights.keys()]).to.have.members(Object.keys(expected));
      for (const [key, stored] of weights) {
        const tensor = await stored.load();
        expect({
          dtype: tensor.dtype,
          dims: tensor.dims,
          values: toNumbers(tensor),
        }).to.deep.equal(expected[key]);
        expect([stored.dtype, stored.dims]).to.deep.equal([tensor.dtype, tensor.dims]);
      }
    });

  for (const form of ['zip', 'legacy'])
    it(`reads only the tensors that are loaded from a ${form} file`, async () => {
      const bytes = goldenBytes(`training.${form}`);
      const { source, count } = counted(bytes);
      const { weights } = await loadWeights(source);
      const before = count();
      await weights.get('conv.weight')!.load();
      // Six floats, plus the header of the zip entry (30 bytes) or the storage's length (8).
      expect(count() - before).to.equal(24 + (form === 'zip' ? 30 : 8));
    });
});

/** The text as bytes, one per character. */
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const u32 = (value: number) => String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer));
const text = (value: string) => `X${u32(value.length)}${value}`;
/** The first three pickles of a legacy file: magic number, version, and a little-endian system. */
const preamble =
  '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.' + `\x80\x02}${text('little_endian')}\x88s.`;
/** A legacy file with this object; adds `\x80\x02` and `.`. */
const legacy = (object: string, rest = '\x80\x02].') => latin1(`${preamble}\x80\x02${object}.${rest}`);
/** A storage of `length` floats under the key "0". */
const storage = (length = 4) =>
  `(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}J${u32(length)}NtQ`;
const tuple = (...numbers: number[]) => `(${numbers.map((n) => `J${u32(n)}`).join('')}t`;
const tensorOf = (offset: number, dims: number[], strides: number[], elements = storage()) =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${elements}J${u32(offset)}${tuple(...dims)}${tuple(...strides)}\x89Nt` +
  'R';
const dictOf = (value: string) => `}${text('w')}${value}s`;
/** The list of keys, and the only storage "0" with four floats. */
const fourFloats = `\x80\x02]${text('0')}a.${u32(4)}${u32(0)}` + '\0\0\x80\x3f'.repeat(4);

describe('the restricted unpickler', () => {
  it('reorders elements correctly at any offset of a Buffer', async () => {
    const numbers = latin1(
      `\x80\x02]${text('0')}a.${u32(4)}${u32(0)}` +
        String.fromCharCode(...new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)),
    );
    const head = latin1(`${preamble}\x80\x02${dictOf(tensorOf(0, [2, 2], [1, 2]))}.`);
    for (const before of [0, 1, 2, 3]) {
      const buffer = Buffer.concat([new Uint8Array(before), head, numbers]).subarray(before);
      const weights = await open(buffer);
      expect(toNumbers(await weights.get('w')!.load())).to.deep.equal([1, 3, 2, 4]);
    }
  });

  it('reads the files that these specs build by hand', async () => {
    const weights = await open(legacy(dictOf(tensorOf(1, [3], [1])), fourFloats));
    expect(toNumbers(await weights.get('w')!.load())).to.deep.equal([1, 1, 1]);
  });

  it('reads dictionaries from a list of pairs, as Python 2 writes them', async () => {
    const pairs = `](]${text('w')}a${tensorOf(0, [4], [1])}ae`;
    const weights = await open(legacy(`ccollections\nOrderedDict\n${pairs}\x85R`, fourFloats));
    expect([...weights.keys()]).to.deep.equal(['w']);
  });

  const names: readonly (readonly [string, string])[] = [
    ['os.system', `cos\nsystem\n${text('true')}\x85R`],
    ['posix.system', `cposix\nsystem\n${text('true')}\x85R`],
    ['builtins.eval', `${text('builtins')}${text('eval')}\x93${text('1')}\x85R`],
    ['builtins.getattr', 'cbuiltins\ngetattr\n'],
    ['numpy.core.multiarray.scalar', 'cnumpy.core.multiarray\nscalar\n'],
    ['torchvision.models.vgg.VGG', 'ctorchvision.models.vgg\nVGG\n'],
    ['torch.hub.load', 'ctorch.hub\nload\n'],
    ['torch.FloatStorage.__init__', 'ctorch\nFloatStorage.__init__\n'],
    ['__proto__.constructor', 'c__proto__\nconstructor\n'],
  ];
  for (const [name, pickle] of names)
    it(`refuses ${name} by name`, () =>
      expectError(open(legacy(pickle)), 'unsupported', `"${name}"`, 'refused'));

  it('refuses a name with control characters or a million letters with a message of one line', () =>
    expectError(open(legacy(`ca\x1b[2J\r${'x'.repeat(1e6)}\ny\n`)), 'unsupported', '…'));

  const broken: readonly (readonly [string, string, string, string?])[] = [
    ['a tensor beyond its storage', dictOf(tensorOf(2, [3], [1])), 'needs 5 float32 elements', fourFloats],
    [
      'strides beyond the storage',
      dictOf(tensorOf(0, [2, 2], [3, 1])),
      'needs 5 float32 elements',
      fourFloats,
    ],
    ['fewer strides than axes', dictOf(tensorOf(0, [2, 2], [1])), '2 axes but 1 strides', fourFloats],
    ['a negative dimension', dictOf(tensorOf(0, [-1], [1])), 'it has the number -1 where a size', fourFloats],
    ['a storage that is not in the file', dictOf(tensorOf(0, [4], [1])), 'storage "0" is not in the file'],
    ['another length of the storage', dictOf(tensorOf(0, [4], [1], storage(5))), 'truncated', fourFloats],
    ['a call of a value that is not a function', `${text('x')})R`, 'calls the text "x"'],
    ['an empty stack', '0', 'more from its stack'],
    ['a memo that is empty', 'h\x07', 'memo 7'],
    ['a mark that is missing', 't', 'mark is missing'],
    ['an object of a class', 'ctorch\nSize\n)\x81', 'opcode 0x81'],
    ['no tensors', `}${text('lr')}K\x01s`, 'no named tensors'],
    ['a list', ']', 'found a list'],
  ];
  for (const [what, pickle, message, rest] of broken)
    it(`reports ${what}`, () => expectError(open(legacy(pickle, rest)), 'bad-input', message));

  it('names a storage whose length differs from the pickle', async () => {
    const weights = await open(legacy(dictOf(tensorOf(0, [3], [1], storage(3))), fourFloats));
    await expectError(weights.get('w')!.load(), 'bad-input', 'should have 3 elements, but has 4');
  });

  it('refuses text protocols and future protocols', async () => {
    await expectError(open(latin1('\x80\x06N.......')), 'unsupported', 'protocol 6');
    await expectError(open(latin1('\x80\x02K\x01.........')), 'bad-input', 'not a PyTorch checkpoint');
  });

  it('refuses big-endian systems', () =>
    expectError(open(latin1(preamble.replace('\x88s.', '\x89s.'))), 'unsupported', 'big-endian'));

  it('limits the memory of an expanded tensor', () =>
    expectError(open(legacy(dictOf(tensorOf(0, [1e5, 1e5], [0, 0])), fourFloats)), 'too-large', 'expanded'));

  it('stops at dictionaries that contain themselves', async () => {
    // d = {}; d["a"] = d
    await expectError(open(legacy(`}q\0${text('a')}h\0s`)), 'too-large', 'nested');
    // 30 dictionaries, each referring to the previous one twice: 2^30 paths
    const layers = Array.from({ length: 30 }, (_, i) => {
      const last = `h${String.fromCharCode(i)}`;
      return `}${text('a')}${last}s${text('b')}${last}sq${String.fromCharCode(i + 1)}`;
    });
    await expectError(open(legacy(`}q\0${layers.join('')}`)), 'too-large', 'nested');
  });

  it('stops at a list that is converted to a dictionary many times', () => {
    const pairs = `](${`(${text('k')}K\x01t`.repeat(2000)}eq\0`;
    const again = 'ccollections\nOrderedDict\nh\0\x85R0'.repeat(2000);
    return expectError(open(legacy(pairs + again)), 'bad-input', 'larger than the pickle');
  });

  it('limits the number of steps', () =>
    expectError(open(legacy('}0'.repeat(1_000_001))), 'too-large', 'steps'));

  it('refuses an integer of a million digits', () =>
    expectError(
      open(legacy(`\x8b${u32(1e6)}${'\x7f'.repeat(1e6)}`)),
      'bad-input',
      'integer of 1000000 bytes',
    ));

  it('reads pickles that are longer than the first read', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `${text(`a-long-name-of-nothing-${i}`)}K\x01s`).join(
      '',
    );
    const weights = await open(legacy(`}${names}${text('w')}${tensorOf(0, [4], [1])}s`, fourFloats));
    expect([...weights.keys()]).to.deep.equal(['w']);
  });
});
