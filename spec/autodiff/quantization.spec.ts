import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { hvp } from '../../lib/autodiff/hvp.js';
import { jvp } from '../../lib/autodiff/jvp.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { operatorOf } from '../../lib/onnx/graph/attributes.js';
import type { Graph, Model } from '../../lib/onnx/graph/graph.js';
import { subgraphsOf } from '../../lib/onnx/graph/subgraphs.js';
import { float32, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { contribOp } from './cases/contrib-op.js';
import { compute, noise, numbersOf } from './compute.js';
import { model } from './contrib-model.js';

/** One gradient from PyTorch: see scripts/reference/quantization.py. */
interface Golden {
  readonly op?: string;
  readonly dtype?: string;
  readonly scale: number | readonly number[];
  readonly zeroPoint: number | readonly number[];
  readonly x: readonly number[] | readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

function loadGolden(): Readonly<Record<string, Golden>> {
  const parse: (text: string) => Readonly<Record<string, Golden>> = JSON.parse;
  return parse(readFileSync(new URL('golden/quantization.json', import.meta.url), 'utf8'));
}

function integers(dtype: string, values: readonly number[], dims: readonly number[]): Tensor {
  switch (dtype) {
    case 'int8':
      return tensor(dtype, Int8Array.from(values), dims);
    case 'int16':
      return tensor(dtype, Int16Array.from(values), dims);
    case 'uint16':
      return tensor(dtype, Uint16Array.from(values), dims);
    default:
      return tensor('uint8', Uint8Array.from(values), dims);
  }
}

/** A scale and a zero point. */
function parameters(b: Builder, scale: Golden['scale'], zeroPoint: Golden['zeroPoint'], dtype = 'uint8') {
  const dims = typeof scale === 'number' ? [] : [scale.length];
  return [
    b.constant(float32([scale].flat(), dims), b.fresh('scale')),
    b.constant(integers(dtype, [zeroPoint].flat(), dims), b.fresh('zero_point')),
  ] as const;
}

function goldenModel({ op, dtype, scale, zeroPoint }: Golden, dims: readonly number[]): Model {
  return model(dims, (b, x) => {
    if (op === undefined) {
      const settings = { axis: 0 };
      const given = parameters(b, scale, zeroPoint, dtype);
      return contribOp(
        b,
        'DequantizeLinear',
        [contribOp(b, 'QuantizeLinear', [x, ...given], settings), ...given],
        settings,
      );
    }
    const [input, output] = [parameters(b, 0.125, 128), parameters(b, scale, zeroPoint)];
    const settings = { Softmax: { axis: -1, opset: 13 }, LeakyRelu: { alpha: 0.1 } }[op] ?? {};
    const operands = [b.op('QuantizeLinear', [x, ...input]), ...input, ...output];
    return b.op('DequantizeLinear', [contribOp(b, `QLinear${op}`, operands, settings), ...output]);
  });
}

const wave = (count: number) => Array.from({ length: count }, (_, i) => Math.cos(0.5 + 0.7 * i));

/** Every operator of a graph and of those inside it. */
function operatorsOf({ nodes }: Graph): readonly string[] {
  return nodes.flatMap((node) => [operatorOf(node), ...subgraphsOf(node).flatMap(operatorsOf)]);
}

/** A value that a branch computes. */
function branch(
  b: Builder,
  build: (inner: Builder) => Value,
): { readonly type: 'graph'; readonly value: Graph } {
  const inner = new Builder(b);
  inner.output(build(inner));
  return { type: 'graph', value: inner.graph(b.fresh('branch')) };
}

const quantize = (b: Builder, x: Value, scale = 0.25) =>
  b.op('QuantizeLinear', [x, ...parameters(b, scale, 100)]);
const dequantize = (b: Builder, q: Value, scale = 0.25) =>
  b.op('DequantizeLinear', [q, ...parameters(b, scale, 100)]);

describe('gradients of quantized values', () => {
  for (const [title, golden] of Object.entries(loadGolden()))
    it(`are PyTorch's: ${title}`, async () => {
      const dims = golden.y.length === golden.x.length ? [golden.x.length] : [golden.x.length, -1];
      const sizes = dims.map((size) => (size < 0 ? golden.y.length / golden.x.length : size));
      const found = await compute(grad(goldenModel(golden, sizes)), {
        x: float32(golden.x.flat(), sizes),
        d_y: float32(wave(golden.y.length), sizes),
      });
      const tolerance = golden.op === undefined ? 1e-6 : 1e-5;
      numbersOf(found, 'y').forEach((y, i) =>
        expect(y).to.be.closeTo(golden.y[i]!, 1e-5 * Math.abs(y) + 1e-6),
      );
      numbersOf(found, 'd_x').forEach((slope, i) =>
        expect(slope, `element ${i}`).to.be.closeTo(golden.gradients[0]![i]!, tolerance),
      );
    });

  it('leave the model as it is, bit for bit, and need none of the surrogates', async () => {
    const m = model([2, 8], (b, x) => {
      const [scale, zero] = parameters(b, 0.03, 17);
      const q = b.op('QuantizeLinear', [x, scale, zero], {}, { name: 'q' });
      b.output(q);
      const turned = b.transpose(q, [1, 0]);
      return b.sigmoid(b.op('DequantizeLinear', [turned, scale, zero]));
    });
    const g = grad(m);
    expect(operatorsOf(g.graph)).to.include.members(['QuantizeLinear', 'DequantizeLinear']);
    expect(operatorsOf(g.graph).filter((op) => op.startsWith('oneiros'))).to.deep.equal([]);
    const x = noise(1, 2, 8);
    const [before, after] = [await compute(m, { x }), await compute(g, { x, d_y: noise(2, 8, 2) })];
    expect(after['y']?.data).to.deep.equal(before['y']?.data);
    expect(after['q']?.data).to.deep.equal(before['q']?.data);
  });

  it('are finite where values are infinite', async () => {
    const m = model([3], (b, x) => dequantize(b, quantize(b, x)));
    const found = await compute(grad(m), {
      x: float32([-Infinity, 1, Infinity]),
      d_y: float32([5, 6, 7]),
    });
    expect(numbersOf(found, 'd_x')).to.deep.equal([0, 6, 0]);
  });

  it('go through branches that take quantized values from outside', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    const condition = b.input('condition', 'bool', []);
    const q = quantize(b, x);
    const y = b.op('If', [condition], {
      then_branch: branch(b, (inner) => dequantize(inner, inner.op('Identity', [q]))),
      else_branch: branch(b, (inner) => inner.mul(dequantize(inner, q), 3)),
    });
    b.output(y, 'y');
    const g = grad(b.model(), { wrt: ['x'] });
    expect(operatorsOf(g.graph).filter((op) => op.startsWith('oneiros'))).to.deep.equal([]);
    for (const [flag, factor] of [
      [1, 1],
      [0, 3],
    ] as const) {
      const condition = tensor('bool', Uint8Array.of(flag), []);
      const found = await compute(g, { x: float32([0.3, 99]), condition, d_y: float32([2, 2]) });
      expect(numbersOf(found, 'd_x')).to.deep.equal([2 * factor, 0]);
    }
  });

  it('are refused where a branch returns quantized values', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    const q = b.op('If', [b.input('condition', 'bool', [])], {
      then_branch: branch(b, (inner) => quantize(inner, x)),
      else_branch: branch(b, (inner) => quantize(inner, inner.neg(x))),
    });
    b.output(dequantize(b, q), 'y');
    expect(() => grad(b.model(), { wrt: ['x'] })).to.throw(
      /If node .* a graph inside it returns quantized values/,
    );
  });

  it('are refused by name where an operator on integers has no rule', () => {
    const m = model([2, 3], (b, x) =>
      dequantize(b, b.op('CumSum', [b.cast(quantize(b, x), 'int32'), b.scalar(0, 'int64')])),
    );
    expect(() => grad(m)).to.throw(/CumSum node "[^"]+" cannot be differentiated with quantized values/);
  });

  it('end where integers are only compared', async () => {
    const m = model([3], (b, x) => {
      const q = quantize(b, x);
      const isLarge = b.op('Greater', [q, b.constant(integers('uint8', [104], []), 'limit')]);
      return b.where(isLarge, dequantize(b, q), 0);
    });
    const found = await compute(grad(m), { x: float32([0.9, 1.3, 2]), d_y: float32([5, 6, 7]) });
    expect(numbersOf(found, 'd_x')).to.deep.equal([0, 6, 7]);
  });

  it('by a scale are those of a learned step size', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [4]);
    const scale = b.input('scale', 'float32', []);
    const zero = b.constant(integers('int8', [0], []), 'zero');
    b.output(b.op('DequantizeLinear', [b.op('QuantizeLinear', [x, scale, zero]), scale, zero]), 'y');
    const found = await compute(grad(b.model()), {
      x: float32([0.6, -0.7, 100, -100]),
      scale: float32([0.5], []),
      d_y: float32([1, 1, 1, 1]),
    });
    // round(v) − v within the range, and its ends beyond (Esser et al., 2020).
    expect(numbersOf(found, 'd_scale')[0]).to.be.closeTo(-0.2 + 0.4 + 127 - 128, 1e-5);
    expect(numbersOf(found, 'd_x')).to.deep.equal([1, 1, 0, 0]);
  });

  it('of values that are quantized by their own range pass everywhere', async () => {
    const m = model([2, 4], (b, x) => {
      const [q, scale, zero] = b.ops('DynamicQuantizeLinear', [x], 3);
      return b.op('DequantizeLinear', [q!, scale!, zero!]);
    });
    const d_y = noise(4, 2, 4);
    const found = await compute(grad(m), { x: float32([-1, -0.4, 0, 0.2, 0.5, 1.1, 1.3, 2], [2, 4]), d_y });
    numbersOf(found, 'd_x').forEach((slope, i) => expect(slope).to.be.closeTo(Number(d_y.data[i]), 1e-6));
  });

  it('can be differentiated again, forward and backward, and from the derived model', async () => {
    const m = model([3], (b, x) => b.sum(b.exp(dequantize(b, quantize(b, x))), undefined, false));
    const x = float32([0.3, -0.6, 99]);
    const slopes = [0.25, -0.5].map(Math.exp);
    const v_x = float32([1, 2, 3]);
    const second = await compute(hvp(m, { loss: 'y' }), { x, v_x });
    const forward = await compute(jvp(m), { x, v_x });
    const again = await compute(
      grad(grad(m, { loss: 'y', keepOutputs: [] }), { wrt: ['x'], prefix: 'dd_' }),
      { x, dd_d_x: v_x },
    );
    for (const found of [numbersOf(second, 'hv_x'), numbersOf(again, 'dd_x')])
      [slopes[0]!, 2 * slopes[1]!, 0].forEach((value, i) => expect(found[i]).to.be.closeTo(value, 1e-5));
    expect(numbersOf(forward, 'jv_y')[0]).to.be.closeTo(slopes[0]! + 2 * slopes[1]!, 1e-5);
  });
});
