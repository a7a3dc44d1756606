import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { openSession } from '../../lib/runtime/session.js';
import { random } from '../../lib/tensor/random.js';
import { int64, sizeOf, type Tensor } from '../../lib/tensor/tensor.js';
import { recurrence } from './cases/recurrence.js';
import { elements } from './check.js';
import { compute, noise, numbersOf, operators } from './compute.js';
import { modelOf, tensorOf } from './prepare.js';
import { titleOf, type Variant } from './row.js';

describe('recurrent layers', () => {
  it('have the outputs of ONNX Runtime’s kernels after they are expanded', async () => {
    for (const variant of ['static', 'symbolic'] as const satisfies readonly Variant[])
      for (const row of recurrence) {
        const r = random(7);
        const feeds: Record<string, Tensor> = {};
        for (const [i, input] of row.inputs.entries())
          if (input !== undefined && !('dtype' in input))
            feeds[`x${i}`] = tensorOf('float32', input.sample(r, sizeOf(input.dims)), input.dims);
        const model = modelOf({ row, variant }, 'float32');
        const expected = await run(model, feeds);
        const derived = grad(model);
        const cotangents = Object.entries(expected).map(
          ([name, { dims }]) =>
            [`d_${name}`, tensorOf('float32', Array<number>(sizeOf(dims)).fill(1), dims)] as const,
        );
        const found = await run(derived, { ...feeds, ...Object.fromEntries(cotangents) });
        for (const [name, value] of Object.entries(expected)) {
          const numbers = elements(found[name]);
          elements(value).forEach((number, i) => {
            expect(numbers[i], `${titleOf(row)}, ${name}`).to.be.closeTo(number, 2e-6);
          });
        }
      }
  });

  for (const exported of loadExported())
    it(`have PyTorch’s gradients: ${exported.name}`, async () => {
      const derived = grad(decodeModel(Buffer.from(exported.model, 'base64')));
      const inputs = Object.entries(exported.inputs).map(([name, given]) => [name, tensorIn(given)] as const);
      const cotangents = Object.entries(exported.outputs).map(([name, { dims }]) => {
        const wave = Array.from({ length: sizeOf(dims) }, (_, i) => Math.cos(0.5 + 0.7 * i));
        return [`d_${name}`, tensorOf('float32', wave, dims)] as const;
      });
      const found = await run(derived, Object.fromEntries([...inputs, ...cotangents]));
      for (const [name, { values }] of Object.entries(exported.outputs)) expectClose(found[name], values);
      for (const [name, values] of Object.entries(exported.gradients))
        expectClose(found[`d_${name}`], values);
    });

  it('may have the batch in front', async () => {
    const inFront = layer(1);
    const behind = layer(0);
    const [x, dy] = [noise(1, 3, 5, 4), noise(2, 3, 5, 1, 6)];
    const found = await compute(grad(inFront), { x, d_y: dy });
    const expected = await compute(grad(behind), {
      x: permuted(x, [1, 0, 2]),
      d_y: permuted(dy, [1, 2, 0, 3]),
    });
    expect(numbersOf(found, 'd_x')).to.deep.equal(elements(permuted(expected['d_x']!, [1, 0, 2])));
    expect(elements(found['y'])).to.deep.equal(elements(permuted(expected['y']!, [2, 0, 1, 3])));
  });

  it('stay kernels where no gradient passes', () => {
    const b = new Builder();
    const [x, z] = [b.input('x', 'float32', [5, 3, 4]), b.input('z', 'float32', [5, 1, 3, 6])];
    b.output(b.sum(b.mul(z, lstm(b, x, 0)), undefined, false), 'loss');
    expect(operators(grad(b.model(), { loss: 'loss', wrt: ['z'] }))).to.have.property('LSTM', 1);
    expect(operators(grad(b.model(), { loss: 'loss', wrt: ['x'] }))).not.to.have.property('LSTM');
  });

  it('are refused where ONNX and ONNX Runtime disagree on a default', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [5, 3, 4]);
    const [y] = b.ops('RNN', [x, b.constant(noise(1, 1, 6, 4)), b.constant(noise(2, 1, 6, 6))], 1, {
      hidden_size: 6,
      activations: ['ScaledTanh'],
    });
    b.output(y!, 'y');
    expect(() => grad(b.model())).to.throw(
      'RNN node "rnn_2" cannot be differentiated with the activation ScaledTanh without activation_alpha',
    );
  });
});

interface GoldenTensor {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** A model that PyTorch exported, with its outputs and gradients: see scripts/reference/recurrence.py. */
interface Exported {
  readonly name: string;
  /** The file, in base64. */
  readonly model: string;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly outputs: Readonly<Record<string, GoldenTensor>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

function loadExported(): readonly Exported[] {
  const parse: (text: string) => { readonly cases: readonly Exported[] } = JSON.parse;
  return parse(readFileSync(new URL('golden/recurrence.json', import.meta.url), 'utf8')).cases;
}

/** Boxes are whole numbers. */
function tensorIn({ dims, values }: GoldenTensor): Tensor {
  return values.every(Number.isInteger) ? int64(values, dims) : tensorOf('float32', values, dims);
}

function expectClose(found: Tensor | undefined, expected: readonly number[]): void {
  const [numbers, scale] = [elements(found), Math.max(1, ...expected.map(Math.abs))];
  expect(numbers).to.have.length(expected.length);
  const error = Math.max(...expected.map((value, i) => Math.abs(value - numbers[i]!) / scale));
  expect(error).to.be.at.most(2e-6);
}

function lstm(b: Builder, x: ReturnType<Builder['input']>, layout: number) {
  const inputs = [x, b.constant(noise(3, 1, 24, 4)), b.constant(noise(4, 1, 24, 6))];
  return b.ops('LSTM', inputs, 1, { hidden_size: 6, ...(layout === 1 && { layout }) })[0]!;
}

function layer(layout: 0 | 1): Model {
  const b = new Builder();
  const x = b.input('x', 'float32', layout === 1 ? [3, 5, 4] : [5, 3, 4]);
  b.output(lstm(b, x, layout), 'y');
  return b.model();
}

function permuted(x: Tensor, perm: readonly number[]): Tensor {
  const numbers = elements(x);
  const dims = perm.map((axis) => x.dims[axis]!);
  const strides = x.dims.map((_, axis) => sizeOf(x.dims.slice(axis + 1)));
  const result: number[] = [];
  const visit = (axis: number, offset: number) => {
    if (axis === dims.length) result.push(numbers[offset]!);
    else for (let i = 0; i < dims[axis]!; i++) visit(axis + 1, offset + i * strides[perm[axis]!]!);
  };
  visit(0, 0);
  return tensorOf('float32', result, dims);
}

async function run(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  await using session = await openSession(encodeModel(model), { isolation: 'none', provider: 'cpu' });
  return await session.run(feeds);
}
