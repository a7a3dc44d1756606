import { mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { registerGrad } from '../../lib/cli/commands/grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { readModel, writeModel } from '../../lib/onnx/codec/model-files.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { compute, noise, numbersOf } from '../autodiff/compute.js';
import { runCommand } from './run-command.js';

describe('oneiros grad', function () {
  // A check starts worker threads, which under ts-node takes seconds on a busy machine.
  this.timeout(60_000);
  let folder: string;
  let model: string;
  let out: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oneiros-grad-'));
    [model, out] = [join(folder, 'model.onnx'), join(folder, 'gradient.onnx')];
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 3]);
    const hidden = b.op('MatMul', [x, b.constant(noise(1, 3, 4), 'weights')], {}, { name: 'hidden' });
    b.output(b.tanh(hidden), 'y');
    b.output(b.sum(b.square(hidden), undefined, false), 'energy');
    await writeModel(b.model(), model);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = (...flags: string[]) => runCommand(registerGrad, ['grad', model, '-o', out, ...flags]);
  const failure = async (...flags: string[]): Promise<string> => {
    const error: unknown = await run(...flags).catch((reason: unknown) => reason);
    if (!(error instanceof OneirosError))
      throw new Error(`a OneirosError was expected, not ${String(error)}`);
    expect(error.message).not.to.include('\n');
    expect(await readdir(folder)).not.to.include('gradient.onnx');
    return error.message;
  };

  it('writes the gradient of every output by every input', async () => {
    const { results, text } = await run();
    const inputs = ['x', 'd_y', 'd_energy'];
    const opsets = { 'ai.onnx': 17 };
    expect(results).to.deep.equal([{ out, opsets, inputs, outputs: ['y', 'energy', 'd_x'], leftOut: [] }]);
    expect(text).to.deep.equal([`${out}: 14 nodes of ai.onnx 17, x, d_y, d_energy → y, energy, d_x`]);
    const { graph } = await readModel(out);
    expect(graph.inputs.map(({ name }) => name)).to.deep.equal(inputs);
  });

  it('differentiates the given outputs by the given values', async () => {
    const { results } = await run('--outputs', 'y', '--wrt', 'x, weights');
    expect(results[0]).to.deep.include({
      inputs: ['x', 'd_y'],
      outputs: ['y', 'energy', 'd_x', 'd_weights'],
    });
  });

  it('says which inputs have no gradient, and why', async () => {
    const b = new Builder();
    const [x, rounded] = [b.input('x', 'float32', [3]), b.input('rounded', 'float32', [3])];
    b.input('unused', 'float32', [3]);
    b.output(b.mul(x, b.op('Floor', [rounded], {}, { name: 'floor' })), 'y');
    await writeModel(b.model(), model);
    const { results, text } = await run();
    expect(results[0]).to.deep.include({
      outputs: ['y', 'd_x'],
      leftOut: [
        {
          name: 'rounded',
          why: 'no gradient reaches "rounded": every path to it ends at an operator without a gradient (Floor node "floor")',
        },
        { name: 'unused', why: 'nothing in [y] depends on "unused", so it has no gradient' },
      ],
    });
    expect(text.slice(1).map((line) => line.slice(0, 17))).to.deep.equal([
      'left out rounded:',
      'left out unused: ',
    ]);
    await rm(out);
    expect(await failure('--wrt', 'rounded')).to.match(/no gradient reaches "rounded"/);
  });

  it('never writes over the model, under any of its names', async () => {
    const link = join(folder, 'link.onnx');
    await symlink(model, link);
    const before = await readFile(model);
    for (const name of [model, link, join(folder, '.', 'x', '..', 'model.onnx')]) {
      const error: unknown = await runCommand(registerGrad, ['grad', model, '-o', name]).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(OneirosError).with.property('code', 'bad-argument');
    }
    expect((await readFile(model)).equals(before)).to.equal(true);
  });

  it('gives new names the given prefix, for a model that already has names such as d_x', async () => {
    const b = new Builder();
    b.output(b.op('Exp', [b.input('x', 'float32', [3])], {}, { name: 'd_x' }), 'y');
    await writeModel(b.model(), model);
    expect(await failure()).to.equal(
      'the model already has a value named "d_x"; give new names another --prefix',
    );
    const { results } = await run('--prefix', 'gradient_', '--check');
    expect(results[0]).to.deep.include({ inputs: ['x', 'gradient_y'], outputs: ['y', 'gradient_x'] });
    expect(results[1]).to.deep.include({ wrt: 'x' });
  });

  it('computes values between checkpoints again', async () => {
    const b = new Builder();
    const half = b.op('Tanh', [b.sin(b.input('x', 'float32', [3]))], {}, { name: 'half' });
    b.output(b.sum(b.op('Tanh', [b.sin(half)]), undefined, false), 'y');
    await writeModel(b.model(), model);
    const tanhs = async () => (await readModel(out)).graph.nodes.filter(({ op }) => op === 'Tanh').length;
    await run();
    const kept = await tanhs();
    await run('--checkpoints', 'half');
    expect(await tanhs()).to.equal(kept);
    const { results } = await run('--checkpoints', 'half', '--check');
    expect(results[1]).to.deep.include({ wrt: 'x' });
    await rm(out);
    expect(await failure('--checkpoints', 'halt')).to.include('near names: half');
  });

  it('differentiates a gradient, under another prefix', async () => {
    await run('--outputs', 'energy');
    await rm(model);
    await rename(out, model);
    expect(await failure()).to.match(/already has a value named "d_energy".*--prefix/);
    const { results } = await run('--prefix', 'h_', '--outputs', 'd_x', '--wrt', 'x', '--check');
    expect(results[0]).to.deep.include({ outputs: ['y', 'energy', 'd_x', 'h_x'] });
    expect(results[1]).to.include({ wrt: 'x', precision: 'float64' });
  });

  it('checks the gradient of a model whose sizes follow from the data', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 2, 4, 4]);
    const isPositive = b.greater(b.sum(x, [1, 2, 3], false), 0);
    const rows = b.reshape(b.op('NonZero', [isPositive]), [-1]);
    const pooled = b.op('AveragePool', [b.gather(x, rows, 0)], { kernel_shape: [2, 2] });
    b.output(b.sum(b.square(pooled), undefined, false), 'y');
    await writeModel(b.model(), model);
    const { results, failed } = await run('--check');
    expect(failed).to.deep.equal([]);
    expect(results[1]).to.include({ wrt: 'x', precision: 'own' });
  });

  it('takes a loss, and stops gradients at given values', async () => {
    expect(await failure('--loss', 'energy', '--stop', 'hidden')).to.match(/depends on "x"/);
    await run('--loss', 'energy', '--wrt', 'hidden');
    const derived = await readModel(out);
    const found = await compute(derived, { x: float32([1, 2, 3], [1, 3]) });
    const expected = numbersOf(found, 'd_hidden').reduce((sum, value) => sum + (value / 2) ** 2, 0);
    expect(numbersOf(found, 'energy')[0]).to.be.closeTo(expected, 1e-5);
  });

  it('checks the gradient, with one line for each input', async () => {
    const { results, said } = await run('--wrt', 'x,weights', '--check');
    expect(said).to.deep.equal([]);
    const [, x, weights] = results;
    expect(x).to.include({ wrt: 'x', precision: 'float64' });
    expect(weights).to.have.property('error').below(1e-5);
  });

  it('prints an error in one line, and leaves no file behind', async () => {
    expect(await failure('--outputs', 'z')).to.match(/no value "z"/);
    expect(await failure('--wrt', 'wieghts')).to.match(/near names: weights/);
    expect(await failure('--loss', 'y')).to.match(/one element/);
    await writeFile(model, 'no model');
    expect(await failure()).to.match(/ONNX|truncated|damaged/);
    await rm(model);
    expect(await failure()).to.match(/no such file/);
    const nowhere: unknown = await runCommand(registerGrad, [
      'grad',
      model,
      '-o',
      join(folder, 'no', 'g.onnx'),
    ]).catch((reason: unknown) => reason);
    expect(nowhere)
      .to.be.instanceOf(OneirosError)
      .with.property('message')
      .that.matches(/no writable folder/);
  });
});
