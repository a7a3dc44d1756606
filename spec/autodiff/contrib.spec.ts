import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { hvp } from '../../lib/autodiff/hvp.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { attributes } from '../../lib/onnx/graph/attributes.js';
import type { Graph } from '../../lib/onnx/graph/graph.js';
import type { DType } from '../../lib/tensor/dtype.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { contribOp } from './cases/contrib-op.js';
import { compute, noise, numbersOf } from './compute.js';
import { model } from './contrib-model.js';

type Apply = (b: Builder, x: Value) => Value;

/** Numbers from −½ up to ½. */
const ramp = (b: Builder, count: number): Value =>
  b.constant(float32(Array.from({ length: count }, (_, i) => i / count - 0.5)), b.fresh('ramp'));

/** A value that a branch computes. */
function branch(
  b: Builder,
  build: (inner: Builder) => Value,
): { readonly type: 'graph'; readonly value: Graph } {
  const inner = new Builder(b);
  inner.output(build(inner));
  return { type: 'graph', value: inner.graph(b.fresh('branch')) };
}

describe('gradients of the operators of ONNX Runtime', () => {
  it('of inverses have second derivatives', async () => {
    const m = model([1, 1], (b, x) => b.reshape(contribOp(b, 'Inverse', [x], {}), []));
    const x = float32([2], [1, 1]);
    const found = await compute(hvp(m, { loss: 'y' }), { x, v_x: float32([1], [1, 1]) });
    expect(numbersOf(found, 'hv_x')[0]).to.be.closeTo(2 / 8, 1e-6);
  });

  /** ONNX Runtime has no kernels for these on CPUs, so their parts are compared with the same written out. */
  const written: readonly (readonly [string, readonly number[], Apply, Apply])[] = [
    [
      'BiasSplitGelu',
      [2, 3, 4],
      (b, x) => contribOp(b, 'BiasSplitGelu', [x, ramp(b, 4)], {}),
      (b, x) => {
        const [value, gate] = b.split(b.add(x, ramp(b, 4)), [2, 2], 2, 2);
        const erf = b.op('Erf', [b.div(gate!, Math.SQRT2)]);
        return b.mul(value!, b.div(b.mul(gate!, b.add(erf, 1)), 2));
      },
    ],
    [
      'BiasAdd',
      [2, 3, 4],
      (b, x) => contribOp(b, 'BiasAdd', [x, ramp(b, 4), b.exp(x)], {}),
      (b, x) => b.add(b.add(x, ramp(b, 4)), b.exp(x)),
    ],
    [
      'BiasSoftmax',
      [2, 3, 4],
      (b, x) => contribOp(b, 'BiasSoftmax', [x, ramp(b, 4)], { axis: 1, is_inner_broadcast: 0 }),
      (b, x) => {
        const scores = b.reshape(b.add(x, ramp(b, 4)), [2, 12]);
        return b.reshape(b.op('Softmax', [scores], { axis: 1 }), [2, 3, 4]);
      },
    ],
    [
      'GroupNorm',
      [2, 3, 2, 4],
      (b, x) =>
        contribOp(b, 'GroupNorm', [x, ramp(b, 4), ramp(b, 4)], {
          activation: 1,
          channels_last: 1,
          groups: 2,
        }),
      (b, x) => {
        const groups = b.reshape(x, [2, 6, 2, 2]);
        const centered = b.sub(groups, b.mean(groups, [1, 3]));
        const deviation = b.sqrt(b.add(b.mean(b.square(centered), [1, 3]), 1e-5));
        const y = b.reshape(b.div(centered, deviation), [2, 3, 2, 4]);
        const scaled = b.add(b.mul(y, ramp(b, 4)), ramp(b, 4));
        return b.mul(scaled, b.sigmoid(scaled));
      },
    ],
    [
      'NhwcConv',
      [1, 5, 4, 2],
      (b, x) => {
        const w = b.transpose(b.reshape(ramp(b, 24), [3, 2, 2, 2]), [0, 2, 3, 1]);
        return contribOp(b, 'NhwcConv', [x, w, ramp(b, 3)], { strides: [2, 1], kernel_shape: [2, 2] });
      },
      (b, x) => {
        const w = b.reshape(ramp(b, 24), [3, 2, 2, 2]);
        const y = b.op('Conv', [b.transpose(x, [0, 3, 1, 2]), w, ramp(b, 3)], { strides: [2, 1] });
        return b.transpose(y, [0, 2, 3, 1]);
      },
    ],
  ];
  for (const [op, dims, fused, plain] of written)
    it(`are those of their parts: ${op}`, async () => {
      const [m, expected] = [model(dims, fused), model(dims, plain)];
      const x = noise(1, ...dims);
      const { y } = await compute(expected, { x });
      const feeds = { x, d_y: noise(2, ...y!.dims) };
      const [found, wanted] = [await compute(grad(m), feeds), await compute(grad(expected), feeds)];
      for (const name of ['y', 'd_x'])
        numbersOf(found, name).forEach((value, i) =>
          expect(value, `${name} ${i}`).to.be.closeTo(numbersOf(wanted, name)[i]!, 1e-5),
        );
    });
});

describe('unknown operators', () => {
  const custom = (b: Builder, x: Value, domain = 'com.example', dtype?: DType) => {
    const name = b.fresh('custom');
    const node = {
      name,
      op: 'Custom',
      domain,
      inputs: [x.name],
      outputs: [name],
      attributes: attributes({}),
    };
    const [y] = b.append(node);
    return dtype === undefined ? y! : { ...y!, type: { dtype, shape: null } };
  };
  const refusal = /com\.example\.Custom node "[^"]+" is an unknown operator/;

  it('are named where they are on the path, whatever surrounds them', () => {
    const first = model([2, 3], (b, x) => b.op('Softmax', [b.op('Relu', [custom(b, x)])]));
    const last = model([2, 3], (b, x) => custom(b, b.op('Softmax', [x]), 'com.example', 'float32'));
    for (const m of [first, last]) {
      const declared = {
        ...m,
        graph: { ...m.graph, outputs: [{ name: 'y', type: { dtype: 'float32', shape: [2, 3] } }] },
      } as const;
      expect(() => grad(declared)).to.throw(refusal);
    }
  });

  it('are named where only a shape depends on them', () => {
    const b = new Builder();
    const [x, z] = [b.input('x', 'float32', [2, 3]), b.input('z', 'float32', [3])];
    const factor = custom(b, z);
    const y = b.append({
      name: 'y',
      op: 'Mul',
      domain: '',
      inputs: [x.name, factor.name],
      outputs: ['y'],
      attributes: new Map(),
    });
    b.output({ ...y[0]!, type: { dtype: 'float32', shape: [2, 3] } }, 'y');
    const declared = { ...b.model(), graph: b.graph() };
    expect(() => grad(declared, { wrt: ['x'] })).to.throw(refusal);
  });

  it('are named in branches, whether the file declares the result or not', () => {
    for (const type of [null, { dtype: 'float32', shape: [2] } as const]) {
      const b = new Builder();
      const x = b.input('x', 'float32', [2]);
      const branches = {
        then_branch: branch(b, (inner) => inner.op('Relu', [custom(inner, x)])),
        else_branch: branch(b, (inner) => inner.neg(x)),
      };
      const y = b.op('If', [b.input('condition', 'bool', [])], branches, { name: 'y' });
      b.output({ ...y, type });
      expect(() => grad(b.model(), { wrt: ['x'] })).to.throw(refusal);
    }
  });

  it('of one kind of processor come with a remedy', () => {
    const m = model([2], (b, x) => custom(b, x, 'com.microsoft.nchwc', 'float32'));
    expect(() =>
      grad({ ...m, graph: { ...m.graph, outputs: [{ name: 'y', type: { dtype: 'float32', shape: [2] } }] } }),
    ).to.throw(/nchwc\.Custom .*optimize the model at the level "extended", not "all"/);
  });
});
