import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { copyCudaLibraries, hasCudaLibraries, nvidiaFolders } from '../../scripts/cuda-libraries.mjs';
import { relativeError } from '../../scripts/gpu/check.js';
import { listGpus } from '../../scripts/gpu/nvidia.js';
import { reportPage } from '../../scripts/gpu/report.js';
import { endOf, runScript } from '../run-script.js';

const verify = 'scripts/gpu/verify.ts';

describe('gpu:verify', () => {
  it('says what is missing on a machine without a GPU, and writes no report', async () => {
    const before = await readdir('scripts/gpu');
    const { code, stderr } = await endOf(runScript(verify, [], { PATH: '/nowhere' }));
    expect(code).to.equal(1);
    expect(stderr.trim()).to.equal(
      'there is no NVIDIA GPU here (nvidia-smi is not installed): gpu:verify needs a machine with an NVIDIA GPU and its driver',
    );
    expect(await readdir('scripts/gpu')).to.deep.equal(before);
  });

  for (const [args, message] of [
    [['--device', '-1'], /whole number from 0 to 1023/],
    [['--device', '1.5'], /whole number from 0 to 1023/],
    [['--tolerance', 'much'], /number from 0 to 1\b/],
    [['--libary', 'x'], /unknown option '--libary'/],
  ] as const)
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await endOf(runScript(verify, args));
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });

  it('says why the driver fails', () => {
    expect(() => listGpus('', 'false')).to.throw(/^there is no NVIDIA GPU here \(false failed: /);
  });

  it('counts the GPUs that CUDA sees', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'smi-'));
    try {
      const tool = join(folder, 'nvidia-smi');
      const rows = '0, NVIDIA A, 570.1, 24000\\n1, NVIDIA B, 570.1, 48000\\n';
      await writeFile(tool, `#!/bin/sh\nprintf '${rows}'\n`, { mode: 0o755 });
      const names = (visible: string) => listGpus(visible, tool).map(({ name }) => name);
      expect(names('')).to.deep.equal(['NVIDIA A', 'NVIDIA B']);
      expect(names('1,0')).to.deep.equal(['NVIDIA B', 'NVIDIA A']);
      expect(names('1')).to.deep.equal(['NVIDIA B']);
      expect(() => names('-1')).to.throw(/^CUDA_VISIBLE_DEVICES=-1 hides all GPUs/);
      expect(listGpus('1', tool)[0]).to.deep.equal({
        index: 1,
        name: 'NVIDIA B',
        driver: '570.1',
        megabytes: 48000,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('measures differences relative to what is expected', () => {
    expect(relativeError([3, 4.5], [3, 4])).to.be.closeTo(0.1, 1e-12);
    expect(relativeError([0, 0], [0, 0])).to.equal(0);
    expect(relativeError([1], [1, 2])).to.equal(Infinity);
    expect(relativeError([NaN], [1])).to.equal(Infinity);
    expect(relativeError([1], [0])).to.equal(Infinity);
  });

  it('reports each check in a table row', () => {
    const gpu = { index: 1, name: 'H200', driver: '570.1', megabytes: 143771 };
    const outcomes = [
      { name: 'dream', passed: true, detail: '2.0e-6' },
      { name: 'style', passed: false, detail: 'a | b\nc' },
    ];
    const page = reportPage({ gpu, machine: 'a machine', seconds: 61.4, outcomes });
    expect(page).to.include('GPU 1: H200, 143771 MB, driver 570.1');
    expect(page).to.include('1 of 2 checks passed, in 61 s');
    expect(page).to.include('| dream | yes | 2.0e-6 |');
    expect(page).to.include('| style | **no** | a \\| b c |');
  });
});

describe('the CUDA libraries', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cuda-'))));
  afterEach(() => rm(folder, { recursive: true }));
  const at = (...parts: string[]) => join(folder, ...parts);

  it('are copied from any depth of a folder', async () => {
    await mkdir(at('from/runtimes/linux-x64/native'), { recursive: true });
    await mkdir(at('to'));
    for (const name of ['shared', 'cuda'])
      await writeFile(at('from/runtimes/linux-x64/native', `libonnxruntime_providers_${name}.so`), name);
    expect(hasCudaLibraries(at('to'))).to.equal(false);
    expect(copyCudaLibraries(at('from'), at('to'))).to.have.length(2);
    expect(hasCudaLibraries(at('to'))).to.equal(true);
    expect(await readFile(at('to/libonnxruntime_providers_cuda.so'), 'utf8')).to.equal('cuda');
  });

  it('are not copied in part', async () => {
    await mkdir(at('to'));
    await writeFile(at('libonnxruntime_providers_shared.so'), 'shared');
    expect(() => copyCudaLibraries(folder, at('to'))).to.throw(
      /has no libonnxruntime_providers_cuda\.so, unpacked or in a \.nupkg file/,
    );
    expect(await readdir(at('to'))).to.deep.equal([]);
    expect(() => copyCudaLibraries(at('absent'), at('to'))).to.throw(/there is no folder/);
  });

  it('of NVIDIA are found by their names', async () => {
    await mkdir(at('cublas/lib'), { recursive: true });
    await mkdir(at('cudnn/lib'), { recursive: true });
    await mkdir(at('other'));
    await writeFile(at('cublas/lib/libcublas.so.12'), '');
    await writeFile(at('cublas/lib/libcublasLt.so.12'), '');
    await writeFile(at('cudnn/lib/libcudnn.so.9'), '');
    await writeFile(at('other/libcudart.txt'), '');
    expect(nvidiaFolders(folder).toSorted()).to.deep.equal([at('cublas/lib'), at('cudnn/lib')]);
  });
});
