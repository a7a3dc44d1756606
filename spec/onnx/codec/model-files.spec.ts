import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InferenceSession } from 'onnxruntime-node';

import { type ErrorCode, OneirosError } from '../../../lib/base/errors.js';
import { readModel, writeModel } from '../../../lib/onnx/codec/model-files.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { TensorProto_DataLocation } from '../../../lib/onnx/proto/onnx_pb.js';
import { float32 } from '../../../lib/tensor/tensor.js';
import { model as message, relu } from '../messages.js';
import { f32, modelOf, op } from '../run.js';

const weights = float32(Float32Array.from({ length: 1000 }, (_, i) => i));
const model = modelOf({
  nodes: [op('Add', ['x', 'w'], ['m']), op('Mul', ['m', 'two'], ['y'])],
  inputs: { x: f32(1000) },
  constants: { w: weights, two: float32([2]) },
  outputs: { y: f32(1000) },
});

async function expectFailure(promise: Promise<unknown>, code: ErrorCode, part: string): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OneirosError)) return expect.fail(`no OneirosError: ${String(error)}`);
  expect(error.message).to.include(part);
  expect(error.code).to.equal(code);
}

describe('model files', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'oneiros-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const inFolder = (name: string) => join(folder, name);

  it('are written completely and read back', async () => {
    await writeModel(model, inFolder('m.onnx'));
    expect(await readdir(folder)).to.deep.equal(['m.onnx']);
    expect(new Uint8Array(await readFile(inFolder('m.onnx')))).to.deep.equal(encodeModel(model));
    expect(encodeModel(await readModel(inFolder('m.onnx')))).to.deep.equal(encodeModel(model));
  });

  for (const [what, options, files] of [
    ['with external data', { externalData: true }, ['m.onnx', 'm.onnx.data']],
    ['with a threshold above their size', { externalData: 5000 }, ['m.onnx']],
    ['if the model is over the limit', { limit: 1000 }, ['m.onnx', 'm.onnx.data']],
    ['without external data', { externalData: false, limit: 1000 }, ['m.onnx']],
  ] as const)
    it(`put their constants into the right file ${what}`, async () => {
      await writeModel(model, inFolder('m.onnx'), options);
      expect((await readdir(folder)).sort()).to.deep.equal(files);
      const read = await readModel(inFolder('m.onnx'));
      expect(read.graph.initializers.get('w')).to.deep.equal(weights);
      expect(encodeModel(read)).to.deep.equal(encodeModel(model));
      const session = await InferenceSession.create(inFolder('m.onnx'));
      expect(session.inputNames).to.deep.equal(['x']);
      await session.release();
    });

  it('are refused if constants are missing or cut short', async () => {
    await writeModel(model, inFolder('m.onnx'), { externalData: true });
    await truncate(inFolder('m.onnx.data'), 3000);
    await expectFailure(readModel(inFolder('m.onnx')), 'bad-input', 'm.onnx.data');
    await rm(inFolder('m.onnx.data'));
    await expectFailure(readModel(inFolder('m.onnx')), 'not-found', 'm.onnx.data');
    await expectFailure(readModel(inFolder('other.onnx')), 'not-found', 'other.onnx');
  });

  const referring = (
    locations: string | readonly string[],
    length = '4',
    count = [locations].flat().length,
  ) =>
    message({
      ...relu,
      initializer: Array.from({ length: count }, (_, i) => ({
        name: `c${i}`,
        dims: [1n],
        dataType: 1,
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: Object.entries({
          location: [locations].flat()[i] ?? [locations].flat()[0]!,
          length,
          offset: String(i),
        }).map(([key, value]) => ({
          key,
          value,
        })),
      })),
    });

  it('are refused if they refer to files outside their folder, whether these exist or not', async () => {
    await mkdir(inFolder('inner'));
    await writeFile(inFolder('secret'), 'abcd');
    await symlink(inFolder('secret'), inFolder('inner/link'));
    const path = inFolder('inner/m.onnx');
    for (const location of [
      '../secret',
      inFolder('secret'),
      'a/../../secret',
      '..\\secret',
      'C:secret',
      'link',
    ]) {
      await writeFile(path, referring(location));
      await expectFailure(readModel(path), 'bad-input', 'outside its folder');
    }
  });

  it('cannot read more than a file has by spelling its location in several ways', async () => {
    await writeFile(inFolder('a.bin'), new Uint8Array(6));
    await symlink(inFolder('a.bin'), inFolder('link.bin'));
    for (const other of ['./a.bin', './/a.bin', 'link.bin']) {
      await writeFile(inFolder('m.onnx'), referring(['a.bin', other]));
      await expectFailure(readModel(inFolder('m.onnx')), 'bad-input', 'overlap');
    }
    // The same bytes under two spellings are read once, and shared.
    await writeFile(inFolder('a.bin'), new Uint8Array([0, 0, 128, 63]));
    const same = message({
      ...relu,
      initializer: ['a.bin', './a.bin'].map((location, i) => ({
        name: `c${i}`,
        dims: [1n],
        dataType: 1,
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: [{ key: 'location', value: location }],
      })),
    });
    await writeFile(inFolder('m.onnx'), same);
    const { initializers } = (await readModel(inFolder('m.onnx'))).graph;
    expect([...initializers.values()]).to.deep.equal([float32([1]), float32([1])]);
  });

  it('may be links into another folder that has their constants', async () => {
    await mkdir(inFolder('cache'));
    await mkdir(inFolder('snapshot'));
    await writeModel(model, inFolder('cache/m.onnx'), { externalData: true });
    for (const name of ['m.onnx', 'm.onnx.data'])
      await symlink(inFolder(`cache/${name}`), inFolder(`snapshot/${name}`));
    const read = await readModel(inFolder('snapshot/m.onnx'));
    expect(read.graph.initializers.get('w')).to.deep.equal(weights);
  });

  it('are refused if constants overlap in the second file, or have another size there', async () => {
    await writeFile(inFolder('d'), new Uint8Array(100));
    await writeFile(inFolder('m.onnx'), referring('d', '60', 3));
    await expectFailure(readModel(inFolder('m.onnx')), 'bad-input', 'overlap');
    await writeFile(inFolder('m.onnx'), referring('d', '60'));
    await expectFailure(readModel(inFolder('m.onnx')), 'bad-input', 'takes 4 bytes, but has 60');
    await writeFile(inFolder('m.onnx'), referring('d', String(2 ** 50)));
    await expectFailure(readModel(inFolder('m.onnx')), 'bad-input', 'past its end');
    expect((await stat(inFolder('d'))).size).to.equal(100);
  });
});
