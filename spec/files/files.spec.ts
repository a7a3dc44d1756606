import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { fileSource, readFileBytes } from '../../lib/files/read.js';
import { bytesSource } from '../../lib/files/source.js';
import { prepareOutputs, writeFileAtomic } from '../../lib/files/write.js';
import { readImage } from '../../lib/image/codec/read-write.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { readModel, writeModel } from '../../lib/onnx/codec/model-files.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { checkpointFile } from '../../lib/train/fit/checkpoint-store.js';
import { expectError } from '../weights/harness.js';

describe('files', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'oneiros-'))));
  afterEach(() => rm(folder, { recursive: true }));

  describe('readFileBytes', () => {
    it('reads a whole file', async () => {
      await writeFile(path('a'), Uint8Array.of(1, 2, 3));
      expect(await readFileBytes(path('a'))).to.deep.equal(Uint8Array.of(1, 2, 3));
      await writeFile(path('empty'), '');
      expect(await readFileBytes(path('empty'))).to.have.length(0);
    });

    it('names the file and the reason of a failure', async () => {
      await writeFile(path('a'), 'abc');
      await expectError(readFileBytes(path('nothing')), 'not-found', 'nothing"', 'no such file');
      await expectError(readFileBytes(join(path('a'), 'b')), 'not-found', 'not a folder');
      await expectError(readFileBytes(folder), 'bad-argument', 'a folder');
      await expectError(readFileBytes('/dev/null'), 'bad-argument', 'a device');
      await expectError(readFileBytes('a\0b'), 'bad-argument', 'not a valid path');
      await expectError(readFileBytes(path('a'), { limit: 2 }), 'too-large', '3 bytes', 'limit of 2');
    });
  });

  it('are not pipes: reading or writing a pipe fails without blocking', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [path('pipe.png')]);
    await symlink(path('pipe.png'), path('link.png'));
    for (const name of ['pipe.png', 'link.png']) {
      await expectError(readFileBytes(path(name)), 'bad-argument', 'a pipe, not a file', name);
      await expectError(fileSource(path(name)), 'bad-argument', 'a pipe, not a file', name);
      await expectError(readImage(path(name)), 'bad-argument', 'a pipe, not a file', name);
      await expectError(checkpointFile(path(name)).load(), 'bad-argument', 'a pipe, not a file', name);
      await expectError(writeFileAtomic(path(name), Uint8Array.of(1)), 'bad-argument', 'a pipe', name);
      await expectError(prepareOutputs([path(name)]), 'bad-argument', 'a pipe, not a file', name);
    }
  });

  it('with external data are not pipes either', async function () {
    if (process.platform === 'win32') this.skip();
    const b = new Builder();
    const weight = b.constant(float32(new Float32Array(512).fill(1)), 'weight');
    b.output(b.add(b.input('x', 'float32', [512]), weight), 'y');
    await writeModel(b.model(), path('m.onnx'), { externalData: true });
    await rm(path('m.onnx.data'));
    execFileSync('mkfifo', [path('m.onnx.data')]);
    await expectError(readModel(path('m.onnx')), 'bad-argument', 'm.onnx.data', 'a pipe, not a file');
  });

  describe('ByteSource', () => {
    it('reads ranges of a file and of bytes in memory', async () => {
      await writeFile(path('a'), Uint8Array.of(1, 2, 3, 4));
      for (const source of [await fileSource(path('a')), bytesSource(Uint8Array.of(1, 2, 3, 4))]) {
        expect(source.size).to.equal(4);
        expect([...(await source.read(1, 2))]).to.deep.equal([2, 3]);
        expect([...(await source.read(4, 0))]).to.deep.equal([]);
        for (const [offset, length] of [
          [3, 2],
          [-1, 2],
          [0, -1],
          [0.5, 1],
          [NaN, 1],
          [2 ** 60, 1],
        ] as const)
          await expectError(source.read(offset, length), 'bad-input', 'ends after 4');
        await source.close();
      }
    });

    it('throws if the file was closed, or truncated after it was opened', async () => {
      await writeFile(path('a'), 'abcdef');
      const source = await fileSource(path('a'));
      await truncate(path('a'), 3);
      await expectError(source.read(1, 4), 'bad-input', 'ends after 3');
      await source.close();
      await expectError(source.read(0, 1), 'bad-argument', 'closed');
    });
  });

  describe('writeFileAtomic', () => {
    it('writes a file and leaves no other', async () => {
      await writeFileAtomic(path('out.png'), Uint8Array.of(1, 2));
      await writeFileAtomic(path('out.png'), Uint8Array.of(3));
      expect([...(await readFile(path('out.png')))]).to.deep.equal([3]);
      expect(await readdir(folder)).to.deep.equal(['out.png']);
    });

    it('keeps the permissions of a file, and follows a link to it', async () => {
      await mkdir(path('real'));
      await writeFile(path('real/a'), 'old');
      await chmod(path('real/a'), 0o640);
      await symlink(path('real/a'), path('link'));
      await writeFileAtomic(path('link'), Uint8Array.of(65));
      expect(await readFile(path('real/a'), 'latin1')).to.equal('A');
      expect((await stat(path('real/a'))).mode & 0o777).to.equal(0o640);
    });

    it('follows a link to a file that does not exist yet, and rejects broken and cyclic links', async () => {
      await mkdir(path('real'));
      await symlink('real/new', path('link'));
      await symlink('../link', path('real/other'));
      for (const name of ['link', 'real/other']) {
        await writeFileAtomic(path(name), Uint8Array.of(66));
        expect(await readFile(path('real/new'), 'latin1')).to.equal('B');
        await rm(path('real/new'));
      }
      expect(await readlink(path('link'))).to.equal('real/new');
      const [target] = await prepareOutputs([path('link')]);
      expect(target?.path).to.equal(join(await realpath(folder), 'real/new'));
      await symlink('gone/new', path('lost'));
      await expectError(
        writeFileAtomic(path('lost'), Uint8Array.of(1)),
        'not-found',
        'lost',
        'no writable folder',
      );
      await symlink('b', path('a'));
      await symlink('a', path('b'));
      await expectError(writeFileAtomic(path('a'), Uint8Array.of(1)), 'bad-argument', 'a', 'form a cycle');
      await expectError(readFileBytes(path('a')), 'bad-argument', 'form a cycle');
    });

    it('has its abandoned temporary files removed by the next writer', async () => {
      const name = 'x'.repeat(200);
      const abandoned = `.out.png.0a1b2c3d-0000-4000-8000-000000000000.tmp`;
      await writeFile(path(abandoned), 'half');
      await writeFile(path('.other.png.0a1b2c3d-0000-4000-8000-000000000000.tmp'), 'half');
      await prepareOutputs([path('out.png'), path(name)]);
      expect(await readdir(folder)).to.deep.equal(['.other.png.0a1b2c3d-0000-4000-8000-000000000000.tmp']);
    });

    it('accepts names of any length that the file system accepts', async () => {
      const name = 'ü'.repeat(120);
      await writeFileAtomic(path(name), Uint8Array.of(1));
      await expectError(writeFileAtomic(path('x'.repeat(300)), Uint8Array.of(1)), 'bad-argument', 'too long');
      expect(await readdir(folder)).to.deep.equal([name]);
    });

    it('never replaces a folder or a device', async () => {
      await expectError(writeFileAtomic(folder, Uint8Array.of(1)), 'bad-argument', 'a folder');
      await expectError(writeFileAtomic('/dev/null', Uint8Array.of(1)), 'bad-argument', 'a device');
    });

    it('names the reason of a failure, and leaves the old file and no temporary one', async () => {
      await expectError(writeFileAtomic(path('none/out.png'), Uint8Array.of(1)), 'not-found', 'none/out.png');
      await writeFile(path('kept'), 'old');
      // Bytes of a detached buffer fail after the temporary file was created.
      const bytes = new Uint8Array(8);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      await expectError(writeFileAtomic(path('kept'), bytes), 'runtime', 'cannot write', 'detached');
      expect(await readFile(path('kept'), 'latin1')).to.equal('old');
      expect(await readdir(folder)).to.deep.equal(['kept']);
    });
  });
});
