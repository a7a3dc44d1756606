import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';

import { differentiate, grad } from '../../lib/autodiff/grad.js';
import { jvp } from '../../lib/autodiff/jvp.js';
import { RuleChoice, type RuleOverrides } from '../../lib/autodiff/rule-choice.js';
import { rule } from '../../lib/autodiff/rules/rule.js';
import { type ErrorCode, OneirosError } from '../../lib/base/errors.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { attributes } from '../../lib/onnx/graph/attributes.js';
import type { Model, Node, Shape } from '../../lib/onnx/graph/graph.js';
import { AttributeProto_AttributeType as Type, ValueInfoProtoSchema } from '../../lib/onnx/proto/onnx_pb.js';
import { float32, int64, tensor, zeros } from '../../lib/tensor/tensor.js';
import { model as message, node } from '../onnx/messages.js';
import { multiplyAdds } from '../onnx/multiply-adds.js';
import { compute, noise, numbersOf, operators, repeated, unused } from './compute.js';

/** A model of float32 inputs with these shapes, and what is built from them as outputs. */
function model(
  inputs: Readonly<Record<string, Shape>>,
  build: (b: Builder, x: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
): Model {
  const b = new Builder();
  const x = Object.entries(inputs).map(([name, shape]) => [name, b.input(name, 'float32', shape)] as const);
  for (const [name, value] of Object.entries(build(b, Object.fromEntries(x)))) b.output(value, name);
  return b.model();
}

function failure(action: () => unknown, code: ErrorCode): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OneirosError)) throw error;
    expect(error.code).to.equal(code);
    expect(error.message).not.to.include('\n');
    return error.message;
  }
  throw new Error('it did not fail');
}

const names = (infos: Model['graph']['inputs']) => infos.map(({ name }) => name);

describe('grad', () => {
  it('takes the inputs and cotangents, and returns the outputs and gradients', async () => {
    // y = a · c
    const m = model({ a: [2], c: [2] }, (b, { a, c }) => ({ y: b.mul(a!, c!) }));
    const g = grad(m);
    expect(names(g.graph.inputs)).to.deep.equal(['a', 'c', 'd_y']);
    expect(names(g.graph.outputs)).to.deep.equal(['y', 'd_a', 'd_c']);
    const found = await compute(g, { a: float32([2, 3]), c: float32([5, 7]), d_y: float32([1, 10]) });
    expect(numbersOf(found, 'y')).to.deep.equal([10, 21]);
    expect(numbersOf(found, 'd_a')).to.deep.equal([5, 70]);
    expect(numbersOf(found, 'd_c')).to.deep.equal([2, 30]);
  });

  it('starts from 1 at a loss', async () => {
    const m = model({ x: [3] }, (b, { x }) => ({ loss: b.sum(b.square(x!), undefined, false) }));
    const g = grad(m, { loss: 'loss' });
    expect(names(g.graph.inputs)).to.deep.equal(['x']);
    expect(numbersOf(await compute(g, { x: float32([1, -2, 3]) }), 'd_x')).to.deep.equal([2, -4, 6]);
  });

  it('takes sizes of zero as they are', async () => {
    for (const [shape, wanted] of [
      [
        [0, 3, 4],
        [3, 4, 0],
      ],
      [
        ['n', 3, 4],
        [3, 4, 0],
      ],
    ] as const) {
      const m = model({ x: shape }, (b, { x }) => ({
        y: b.op('Reshape', [x, b.sizes(wanted)], { allowzero: 1 }),
      }));
      const found = await compute(grad(m), {
        x: zeros('float32', [0, 3, 4]),
        d_y: zeros('float32', [3, 4, 0]),
      });
      expect(found['d_x']?.dims).to.deep.equal([0, 3, 4]);
    }
  });

  it('gives the first of equal maxima of a large window the whole cotangent', async () => {
    const m = model({ x: [1, 1, 20, 20] }, (b, { x }) => ({
      y: b.op('MaxPool', [x], { kernel_shape: [19, 19], pads: [0, 0, 1, 1] }),
    }));
    const d = numbersOf(
      await compute(grad(m), {
        x: zeros('float32', [1, 1, 20, 20]),
        d_y: float32(Array<number>(9).fill(1), [1, 1, 3, 3]),
      }),
      'd_x',
    );
    expect(d.flatMap((x, i) => (x === 1 ? [i] : []))).to.deep.equal([0, 1, 2, 20, 21, 22, 40, 41, 42]);
  });

  it('refuses bfloat16 on the path, and differentiates beside it', async () => {
    const toBfloat16 = { to: 16 };
    const inner = model({ x: [2] }, (b, { x }) => {
      const narrow = b.op('Cast', [x!], toBfloat16, { name: 'narrow' });
      return { y: b.add(b.square(x!), b.op('Cast', [narrow], { to: 1 })) };
    });
    const message = failure(() => grad(inner), 'unsupported');
    expect(message).to.match(/"narrow" on the path .* is bfloat16: .*convert the model to float32/);
    const around = grad(inner, { stopGradient: ['narrow'] });
    const found = await compute(around, { x: float32([1, 2]), d_y: float32([1, 1]) });
    expect(numbersOf(found, 'd_x')).to.deep.equal([2, 4]);

    const b = new Builder();
    b.output(b.op('Tanh', [b.input('x', 'bfloat16', [2])]), 'y');
    expect(failure(() => grad(b.model()), 'unsupported')).to.match(/"y" is bfloat16: /);
  });

  it('folds bfloat16 constants that are cast', () => {
    const m = model({ x: [2] }, (b, { x }) => {
      const weights = b.constant(tensor('bfloat16', Uint16Array.of(0x3fc0, 0xc000), [2]), 'weights');
      return { y: b.mul(x!, b.op('Cast', [weights], { to: 1 }, { name: 'wide' })) };
    });
    const { graph } = grad(m);
    expect(graph.nodes.map(({ op }) => op)).to.deep.equal(['Mul', 'Mul']);
    expect(graph.initializers.get('wide')).to.deep.include({ data: Float32Array.of(1.5, -2) });
  });

  it('takes outputs that are inputs or constants', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    const k = b.constant(float32([3, 5]), 'k');
    b.output(b.mul(x, k), 'y');
    b.output(x);
    b.output(k);
    const g = grad(b.model());
    expect(names(g.graph.inputs)).to.deep.equal(['x', 'd_y', 'd_k']);
    expect(names(g.graph.outputs)).to.deep.equal(['y', 'x', 'k', 'd_x']);
    const feeds = { x: float32([1, 2]), d_y: float32([1, 10]), d_k: float32([0, 0]) };
    expect(numbersOf(await compute(g, feeds), 'd_x')).to.deep.equal([3, 50]);
    expect(failure(() => grad(b.model(), { outputs: ['x'], wrt: ['x'] }), 'bad-argument')).to.match(
      /"x" is among both `outputs` and `wrt`/,
    );
  });

  it('needs something to differentiate, and something to differentiate by', () => {
    const b = new Builder();
    const [x, i] = [b.input('x', 'float32', [2]), b.input('i', 'int64', [2])];
    b.output(x);
    b.output(i);
    expect(failure(() => grad(b.model()), 'bad-argument')).to.match(/no floating-point output/);
    const c = new Builder();
    c.output(c.cast(c.input('i', 'int64', [2]), 'float32'), 'y');
    expect(failure(() => grad(c.model()), 'bad-argument')).to.match(/no floating-point input/);
  });

  it('names what has no rank', () => {
    const b = new Builder();
    b.output(b.add(b.input('x', 'float32', null), b.constant(float32([1, 2]))), 'y');
    expect(failure(() => grad(b.model()), 'unsupported')).to.match(
      /declare the shapes of the model's inputs/,
    );
    const c = new Builder();
    c.output(c.relu(c.input('x', 'float32', null)), 'y');
    expect(names(grad(c.model()).graph.outputs)).to.deep.equal(['y', 'd_x']);
  });

  it('adds up the cotangents of several uses', async () => {
    // y = x · x + 3 x + x: dy/dx = 2 x + 4
    const m = model({ x: [2] }, (b, { x }) => ({ y: b.add(b.add(b.mul(x!, x!), b.mul(x!, 3)), x!) }));
    const found = await compute(grad(m), { x: float32([1, -2]), d_y: float32([1, 1]) });
    expect(numbersOf(found, 'd_x')).to.deep.equal([6, 0]);
  });

  it('adds up the cotangents from several outputs, and from an output that another depends on', async () => {
    const m = model({ x: [1] }, (b, { x }) => {
      const half = b.mul(x!, 0.5);
      return { half, twice: b.mul(half, 4) };
    });
    const feeds = { x: float32([3]), d_half: float32([10]), d_twice: float32([1]) };
    expect(numbersOf(await compute(grad(m), feeds), 'd_x')).to.deep.equal([7]);
  });

  it('sums over the axes that were broadcast', async () => {
    const m = model({ x: [2, 3], row: [3], column: [2, 1], one: [] }, (b, { x, row, column, one }) => ({
      y: b.add(b.add(b.add(x!, row!), column!), one!),
    }));
    const feeds = {
      x: noise(1, 2, 3),
      row: noise(2, 3),
      column: noise(3, 2, 1),
      one: noise(4),
      d_y: float32([1, 2, 3, 4, 5, 6], [2, 3]),
    };
    const found = await compute(grad(m), feeds);
    expect(numbersOf(found, 'd_row')).to.deep.equal([5, 7, 9]);
    expect(numbersOf(found, 'd_column')).to.deep.equal([6, 15]);
    expect(found['d_column']?.dims).to.deep.equal([2, 1]);
    expect(numbersOf(found, 'd_one')).to.deep.equal([21]);
    expect(found['d_one']?.dims).to.deep.equal([]);
  });

  it('decides at run time which axes were broadcast, if sizes are unknown', async () => {
    const m = model({ a: ['p', 'q'], c: ['r', 's'] }, (b, { a, c }) => ({ y: b.mul(a!, c!) }));
    const g = grad(m);
    const d_y = float32([1, 2, 3, 4, 5, 6], [2, 3]);
    const ones = (...dims: number[]) => float32(new Float32Array(dims[0]! * dims[1]!).fill(1), dims);
    for (const [a, c, d_a] of [
      [
        [2, 3],
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
      [
        [1, 3],
        [2, 3],
        [5, 7, 9],
      ],
      [
        [2, 1],
        [2, 3],
        [6, 15],
      ],
      [[1, 1], [2, 3], [21]],
      [
        [2, 1],
        [1, 3],
        [6, 15],
      ],
    ] as const) {
      const found = await compute(g, { a: ones(...a), c: ones(...c), d_y });
      expect(numbersOf(found, 'd_a'), String(a)).to.deep.equal(d_a);
      expect(found['d_a']?.dims).to.deep.equal(a);
    }
  });

  it('needs no computed axes if sizes are the same symbol', () => {
    const m = model({ a: [1, 'h', 'w'], c: [1, 'h', 'w'] }, (b, { a, c }) => ({ y: b.mul(a!, c!) }));
    expect(operators(grad(m))).to.deep.equal({ Mul: 3 });
  });

  it('differentiates by weights and by intermediate values', async () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 2]);
    const w = b.constant(float32([1, 2, 3, 4], [2, 2]), 'w');
    const hidden = b.op('MatMul', [x, w], {}, { name: 'hidden' });
    b.output(b.relu(hidden), 'y');
    const g = grad(b.model(), { wrt: ['w', 'hidden'], keepOutputs: [] });
    expect(names(g.graph.outputs)).to.deep.equal(['d_w', 'd_hidden']);
    const found = await compute(g, { x: float32([1, -1], [1, 2]), d_y: float32([5, 7], [1, 2]) });
    // hidden = [−2, −2], so nothing passes; from x = [1, 1] everything does
    expect(numbersOf(found, 'd_w')).to.deep.equal([0, 0, 0, 0]);
    const other = await compute(g, { x: float32([1, 1], [1, 2]), d_y: float32([5, 7], [1, 2]) });
    expect(numbersOf(other, 'd_w')).to.deep.equal([5, 7, 5, 7]);
    expect(numbersOf(other, 'd_hidden')).to.deep.equal([5, 7]);
  });

  it('accepts intermediate values as outputs, and leaves out what follows them', () => {
    const m = model({ x: [1, 3, 8, 8] }, (b, { x }) => {
      const early = b.op('Sigmoid', [x!], {}, { name: 'early' });
      return { y: b.op('Erf', [early]) };
    });
    const g = grad(m, { outputs: ['early'], keepOutputs: [] });
    expect(names(g.graph.inputs)).to.deep.equal(['x', 'd_early']);
    expect(operators(g)).not.to.have.property('Erf');
  });

  it('keeps only the outputs in keepOutputs', () => {
    const m = model({ x: [2] }, (b, { x }) => ({ y: b.exp(x!), z: b.sin(x!) }));
    expect(names(grad(m, { outputs: ['y'], keepOutputs: ['z'] }).graph.outputs)).to.deep.equal(['z', 'd_x']);
  });

  it('passes nothing through values in stopGradient', async () => {
    const m = model({ x: [1] }, (b, { x }) => {
      const twice = b.op('Mul', [x!, b.scalar(2, 'float32')], {}, { name: 'twice' });
      return { y: b.mul(twice, x!) };
    });
    const feeds = { x: float32([3]), d_y: float32([1]) };
    expect(numbersOf(await compute(grad(m), feeds), 'd_x')).to.deep.equal([12]);
    expect(numbersOf(await compute(grad(m, { stopGradient: ['twice'] }), feeds), 'd_x')).to.deep.equal([6]);
  });

  it('uses the caller’s rules, by operator and by name of the node', async () => {
    const m = model({ x: [1] }, (b, { x }) => ({
      y: b.add(
        b.op('Relu', [x!], {}, { name: 'first' }),
        b.op('Relu', [b.mul(x!, 1)], {}, { name: 'second' }),
      ),
    }));
    const feeds = { x: float32([-1]), d_y: float32([1]) };
    const straight = rule(1, ({ dy }) => [dy]);
    const of = async (overrides: Parameters<typeof grad>[1]) =>
      numbersOf(await compute(grad(m, overrides), feeds), 'd_x')[0];
    expect(await of({})).to.equal(0);
    expect(await of({ overrides: { nodes: { first: straight } } })).to.equal(1);
    expect(await of({ overrides: { operators: { Relu: straight } } })).to.equal(2);
  });

  it('differentiates a node by its operator, not by its name', async () => {
    const x = float32([0.5, -2]);
    const derivatives: readonly (readonly [string, (x: number) => number])[] = [
      ['Relu', (t) => (t > 0 ? 1 : 0)],
      ['Identity', () => 1],
      ['Neg', () => -1],
      ['Sigmoid', (t) => Math.exp(-t) / (1 + Math.exp(-t)) ** 2],
    ];
    const titles = ['Exp', 'Mul', 'Relu', 'If', 'constructor', '__proto__', 'toString', 'hasOwnProperty', ''];
    for (const [op, derivative] of derivatives)
      for (const title of titles) {
        const b = new Builder();
        const input = b.input('x', 'float32', [2]);
        const node: Node = {
          name: title,
          op,
          domain: '',
          inputs: ['x'],
          outputs: ['y'],
          attributes: new Map(),
        };
        b.output(b.append(node)[0]!);
        const found = numbersOf(
          await compute(grad(b.model()), { [input.name]: x, d_y: float32([1, 1]) }),
          'd_x',
        );
        for (const [i, t] of [0.5, -2].entries())
          expect(found[i], `${op} named "${title}"`).to.be.closeTo(derivative(t), 1e-6);
      }
  });

  it('refuses an override that fits no node, and lists near names', () => {
    const m = model({ x: [1] }, (b, { x }) => ({ y: b.op('Relu', [x!], {}, { name: 'first' }) }));
    const straight = rule(1, ({ dy }) => [dy]);
    const message = (overrides: RuleOverrides) => failure(() => grad(m, { overrides }), 'bad-argument');
    expect(message({ operators: { relu: straight } })).to.match(/overrides.operators.*"relu".*Relu/);
    expect(message({ operators: { first: straight } })).to.match(/no operator "first"/);
    expect(message({ nodes: { Relu: straight } })).to.match(/overrides.nodes.*no node named "Relu".*first/);
    expect(message({ nodes: { '': straight } })).to.match(/no node named ""/);
  });

  it('accepts a rule for an operator of another domain', () => {
    const b = new Builder();
    const loss = b.sum(b.input('x', 'float32', [1]));
    b.output(loss, 'loss');
    const { graph, ...rest } = b.model();
    const odd = {
      name: '',
      op: 'Odd',
      domain: 'example',
      inputs: ['x'],
      outputs: ['y'],
      attributes: new Map(),
    };
    const values = new Map([['y', { name: 'y', type: { dtype: 'float32', shape: [1] } }]] as const);
    const nodes = [
      odd,
      ...graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map((name) => (name === 'x' ? 'y' : name)),
      })),
    ];
    const m: Model = { ...rest, graph: { ...graph, nodes, values } };
    const straight = rule(1, ({ dy }) => [dy]);
    expect(failure(() => grad(m, { loss: 'loss' }), 'unsupported')).to.include('example.Odd');
    const derived = grad(m, { loss: 'loss', overrides: { operators: { 'example.Odd': straight } } });
    expect(names(derived.graph.outputs)).to.deep.equal(['loss', 'd_x']);
  });

  it('keeps each value’s element type', async () => {
    const b = new Builder();
    const x = b.input('x', 'float64', [2]);
    b.output(b.cast(b.square(b.cast(x, 'float32')), 'float64'), 'y');
    const found = await compute(grad(b.model()), {
      x: tensor('float64', Float64Array.of(1, 2), [2]),
      d_y: tensor('float64', Float64Array.of(1, 1), [2]),
    });
    expect(found['d_x']).to.deep.include({ dtype: 'float64', dims: [2] });
    expect(numbersOf(found, 'd_x')).to.deep.equal([2, 4]);
  });

  it('adds up half floats in single precision', async () => {
    const b = new Builder();
    const x = b.input('x', 'float16', [1]);
    // 1 + 2048 + 1 is 2048 in half floats if added from the left, 2050 in single precision
    const uses = [1, 2048, 1].map((factor) => b.mul(x, factor));
    b.output(b.concat(uses, 0), 'y');
    const ones = tensor('float16', Uint16Array.of(0x3c00, 0x3c00, 0x3c00), [3]);
    const found = await compute(grad(b.model()), {
      x: tensor('float16', Uint16Array.of(0x3c00), [1]),
      d_y: ones,
    });
    // 2050 in half floats: 1.0009765625 · 2¹¹
    expect(found['d_x']?.data).to.deep.equal(Uint16Array.of(0x6801));
  });

  it('can be applied to its own result', async () => {
    const m = model({ x: [1] }, (b, { x }) => ({ y: b.op('Pow', [x!, b.scalar(3, 'float32')]) }));
    const twice = grad(grad(m, { loss: 'y' }), { loss: 'd_x', prefix: 'd2_' });
    expect(numbersOf(await compute(twice, { x: float32([5]) }), 'd2_x')).to.deep.equal([30]);
  });
});

describe('grad of a model with parts that are known before it runs', () => {
  const branch = (op: string) =>
    ({
      type: 'graph',
      value: {
        name: op,
        nodes: [{ name: '', op, domain: '', inputs: ['x'], outputs: ['z'], attributes: new Map() }],
        inputs: [],
        outputs: [{ name: 'z', type: null }],
        initializers: new Map(),
        values: new Map(),
      },
    }) as const;

  it('folds computed pads, which the rule needs as numbers', async () => {
    const m = model({ x: [1, 1, 3] }, (b, { x }) => {
      const twice = b.op('Mul', [b.constant(int64([0, 0, 1, 0, 0, 1])), b.constant(int64([1]))]);
      return { y: b.op('Pad', [x!, b.op('Abs', [twice])], { mode: 'reflect' }) };
    });
    const found = await compute(grad(m), {
      x: float32([1, 2, 3], [1, 1, 3]),
      d_y: float32([1, 10, 100, 1000, 10_000], [1, 1, 5]),
    });
    expect(numbersOf(found, 'd_x')).to.deep.equal([10, 10_101, 1000]);
  });

  it('inlines the branch of a known condition, so that its shape is known', async () => {
    const m = model({ x: [2, 3] }, (b, { x }) => {
      const isMatrix = b.op('Equal', [b.op('Size', [b.op('Shape', [x!])]), b.scalar(2, 'int64')]);
      return { y: b.op('If', [isMatrix], { then_branch: branch('Exp'), else_branch: branch('Neg') }) };
    });
    const g = grad(m);
    expect(operators(g)).to.deep.equal({ Exp: 1, Mul: 1 });
    expect(
      numbersOf(
        await compute(g, {
          x: float32([0, 0, 0, 0, 0, 0], [2, 3]),
          d_y: float32([1, 2, 3, 4, 5, 6], [2, 3]),
        }),
        'd_x',
      ),
    ).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('does not fold what it differentiates by', async () => {
    const m = model({ x: [2] }, (b, { x }) => {
      const weight = b.constant(float32([2, 3]), 'weight');
      return { y: b.mul(x!, b.op('Identity', [b.square(weight)], {}, { name: 'squared' })) };
    });
    const g = grad(m, { wrt: ['weight', 'squared'] });
    const found = await compute(g, { x: float32([1, 10]), d_y: float32([1, 1]) });
    expect(numbersOf(found, 'd_weight')).to.deep.equal([4, 60]);
    expect(numbersOf(found, 'd_squared')).to.deep.equal([1, 10]);
  });

  it('expands operators of the path, and no others', () => {
    const gelu = (from: string, to: string): Node => ({
      name: '',
      op: 'Gelu',
      domain: 'com.microsoft',
      inputs: [from],
      outputs: [to],
      attributes: new Map(),
    });
    const plain = model({ x: [2], u: [2] }, (b, { x, u }) => ({ y: b.add(x!, 1), z: b.add(u!, 1) }));
    const nodes = [gelu('x', 'gx'), gelu('u', 'gu'), ...plain.graph.nodes].map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (node.op === 'Add' ? ({ x: 'gx', u: 'gu' }[name] ?? name) : name)),
    }));
    const g = grad({ ...plain, graph: { ...plain.graph, nodes } }, { outputs: ['y'], wrt: ['x'] });
    expect(operators(g)).to.include({ Gelu: 1, Erf: 1 });
  });
});

describe('grad of a model with nodes that are newer than operator set 17', () => {
  const bits = (b: Builder) => {
    const k = b.input('k', 'int32', [2]);
    b.output(b.op('BitwiseAnd', [k, k]), 'bits');
  };

  it('keeps those off the path, in the lowest operator set that has them, also when applied again', async () => {
    // y = mean x, dy/dx = ½
    const m = model({ x: [1, 2] }, (b, { x }) => {
      bits(b);
      return { y: b.mean(b.square(x!), [1]) };
    });
    expect(m.opsets.get('')).to.equal(18);
    const g = grad(m, { outputs: ['y'], wrt: ['x'] });
    expect(g.opsets.get('')).to.equal(18);
    const second = grad(g, { outputs: ['d_x'], wrt: ['x'], prefix: 'dd_' });
    const feeds = {
      x: float32([3, 5], [1, 2]),
      k: tensor('int32', Int32Array.of(6, 7), [2]),
      d_y: float32([1], [1, 1]),
    };
    expect(numbersOf(await compute(g, feeds), 'd_x')).to.deep.equal([3, 5]);
    const found = await compute(second, { ...feeds, dd_d_x: float32([1, 2], [1, 2]) });
    expect(numbersOf(found, 'dd_x')).to.deep.equal([1, 2]);
    expect(numbersOf(found, 'bits')).to.deep.equal([6, 7]);
  });

  it('returns to 17 without them', () => {
    const m = model({ x: [1, 2] }, (b, { x }) => {
      bits(b);
      return { y: b.mean(x!, [1]) };
    });
    expect(grad(m, { outputs: ['y'], keepOutputs: ['y'] }).opsets.get('')).to.equal(17);
  });

  it('has no rule for an older operator in a newer form, unless the rule is for that too', () => {
    const node = (
      name: string,
      inputs: readonly string[],
      values: Readonly<Record<string, number>> = {},
    ) => ({
      name: 'y',
      op: name,
      domain: '',
      inputs,
      outputs: ['y'],
      attributes: attributes(values),
    });
    const hasRule = (of: Node) => new RuleChoice().rule(of) !== undefined;
    expect(hasRule(node('Resize', ['x', '', 'scales']))).to.equal(true);
    expect(hasRule(node('Resize', ['x', '', 'scales'], { antialias: 1 }))).to.equal(false);
    expect(hasRule(node('ReduceMax', ['x', 'axes']))).to.equal(true);
  });

  for (const [op, expected] of [
    ['ReduceMax', [0, 2, 0, 3]],
    ['ReduceMean', [1, 1, 1.5, 1.5]],
    ['ReduceProd', [4, 2, 12, 9]],
    ['ReduceL1', [2, 2, 3, 3]],
  ] as const)
    for (const keepdims of [0, 1])
      it(`reduces axes that are known when the graph runs: ${op}, keepdims ${keepdims}`, async () => {
        const m = model({ x: [2, 2] }, (b, { x }) => ({
          y: b.op(op, [x, b.input('axes', 'int64', [1])], { keepdims }),
        }));
        const g = grad(m);
        const found = await compute(g, {
          x: float32([1, 2, 3, 4], [2, 2]),
          axes: int64([1]),
          d_y: float32([2, 3], keepdims === 1 ? [2, 1] : [2]),
        });
        expect(numbersOf(found, 'd_x')).to.deep.equal(expected);
      });
});

describe('a rule that leaves out a cotangent', () => {
  const withStatistics = model({ x: [2, 3, 4] }, (b, { x }) => {
    const [scale, bias] = [b.constant(float32([1, 2, 3])), b.constant(float32([0, 0, 0]))];
    return {
      y: b.op('BatchNormalization', [
        x!,
        scale,
        bias,
        b.mean(x!, [0, 2], false),
        b.constant(float32([1, 1, 1])),
      ]),
    };
  });

  it('is an error if that input is on the path', () => {
    const overrides = { operators: { BatchNormalization: rule(3, ({ dy }) => [dy]) } };
    expect(failure(() => grad(withStatistics, { overrides }), 'unsupported')).to.match(
      /^the gradient rule for BatchNormalization node "[^"]+" on the path .* has no gradient by its input 3 \("/,
    );
  });

  it('is none if the input is a constant for the gradient', () => {
    const overrides = { operators: { BatchNormalization: rule(3, ({ dy }) => [dy]) } };
    const [mean = ''] = withStatistics.graph.nodes
      .filter(({ op }) => op === 'ReduceMean')
      .flatMap(({ outputs }) => outputs);
    expect(names(grad(withStatistics, { overrides, stopGradient: [mean] }).graph.outputs)).to.include('d_x');
  });

  describe('by an input of the model', () => {
    const resized = model({ x: [1, 1, 2, 2], scales: [4] }, (b, { x, scales }) => ({
      y: b.op('Resize', [x, undefined, scales]),
    }));

    it('leaves that input out of the default of `wrt`', async () => {
      const { model: derived, leftOut } = differentiate(resized, {});
      expect(names(derived.graph.outputs)).to.deep.equal(['y', 'd_x']);
      expect(leftOut.map(({ name }) => name)).to.deep.equal(['scales']);
      expect(leftOut[0]?.why).to.include('"scales" is a setting of Resize node');
      expect(names(jvp(resized).graph.inputs)).to.deep.equal(['x', 'scales', 'v_x']);
      const feeds = { x: float32([1, 2, 3, 4], [1, 1, 2, 2]), scales: float32([1, 1, 2, 1]) };
      const found = await compute(derived, {
        ...feeds,
        d_y: float32([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 4, 2]),
      });
      expect(numbersOf(found, 'd_x')).to.deep.equal([4, 6, 12, 14]);
    });

    it('is an error by default too if the rule is the caller’s', () => {
      const overrides = { operators: { Mul: rule(2, ({ b, dy, x: [, factor] }) => [b.mul(dy, factor)]) } };
      const m = model({ x: [2], factor: [2] }, (b, { x, factor }) => ({ y: b.mul(x!, factor!) }));
      const message = failure(() => grad(m, { overrides }), 'unsupported');
      expect(message).to.include('leave "factor" out of `wrt`');
      expect(names(grad(m, { overrides, wrt: ['x'] }).graph.outputs)).to.deep.equal(['y', 'd_x']);
    });

    it('is an error if `wrt` names it', () => {
      const message = failure(() => grad(resized, { wrt: ['x', 'scales'] }), 'unsupported');
      expect(message).to.include('leave "scales" out of `wrt`');
    });

    it('is an error if no other input has a gradient', () => {
      const m = model({ scales: [4] }, (b, { scales }) => ({
        y: b.op('Resize', [b.constant(zeros('float32', [1, 1, 2, 2])), undefined, scales]),
      }));
      expect(failure(() => grad(m), 'unsupported')).to.include('has no gradient by its input 2 ("scales")');
    });

    it('is an error if it also has a gradient, which would be incomplete', () => {
      const m = model({ x: [1, 1, 2, 2], scales: [4] }, (b, { x, scales }) => ({
        y: b.op('Resize', [x, undefined, scales]),
        z: b.square(scales!),
      }));
      expect(failure(() => grad(m), 'unsupported')).to.include('has no gradient by its input 2 ("scales")');
      expect(names(grad(m, { outputs: ['z'] }).graph.outputs)).to.include('d_scales');
    });
  });

  it('is an error if that output is on the path', () => {
    const m = model({ x: [4] }, (b, { x }) => {
      const [a, c] = b.ops('Split', [x!], 2, { axis: 0 });
      return { y: b.add(a!, c!) };
    });
    const overrides = { operators: { Split: rule(1, ({ b, x: [x] }) => [b.fillLike(x, 1)]) } };
    expect(failure(() => grad(m, { overrides }), 'unsupported')).to.include(
      'differentiates only its first output, not output 1',
    );
  });
});

describe('the errors of grad', () => {
  const m = model({ image: [1, 3], scale: [3] }, (b, { image, scale }) => ({
    logits: b.mul(image!, scale!),
  }));

  it('name the types that a file declares', () => {
    const typed = (name: string, elemType: number) =>
      create(ValueInfoProtoSchema, {
        name,
        type: { value: { case: 'tensorType', value: { elemType, shape: { dim: [] } } } },
      });
    const declared = (x: number, y: number) =>
      decodeModel(
        message({
          input: [typed('x', x)],
          output: [typed('y', y)],
          node: [node('Cast', ['x'], ['y'], [{ name: 'to', type: Type.INT, i: BigInt(y) }])],
        }),
      );
    expect(failure(() => grad(declared(1, 17)), 'bad-argument')).to.equal(
      'the model computes no floating-point output ("y" is float8e4m3fn); name what to differentiate in `outputs`',
    );
    expect(failure(() => grad(declared(24, 1)), 'bad-argument')).to.equal(
      'the model has no floating-point input ("x" is float8e8m0); name what to differentiate by in `wrt`',
    );
    expect(failure(() => grad(declared(22, 1), { wrt: ['x'] }), 'bad-argument')).to.equal(
      '"x" is int4; gradients are computed in float16, float32 or float64',
    );
    expect(failure(() => grad(declared(7, 1)), 'bad-argument')).to.include('("x" is int64)');
  });

  it('list near names for an unknown name', () => {
    expect(failure(() => grad(m, { wrt: ['imgae'] }), 'bad-argument')).to.match(/no value "imgae".*: image/);
    expect(failure(() => grad(m, { outputs: ['logit'] }), 'bad-argument')).to.match(/"logit".*: logits/);
    expect(failure(() => grad(m, { keepOutputs: ['logit'] }), 'bad-argument')).to.match(/"logit".*: logits/);
  });

  it('name a value whose type has no gradient, and a value that is not a loss', () => {
    const integers = new Builder();
    const i = integers.input('i', 'int64', [2]);
    integers.output(integers.mul(i, integers.sizes([2, 2])), 'y');
    expect(failure(() => grad(integers.model(), { outputs: ['y'] }), 'bad-argument')).to.match(
      /"y" is int64/,
    );
    expect(failure(() => grad(m, { loss: 'logits' }), 'bad-argument')).to.match(
      /shape \[1, 3\].*one element/,
    );
    expect(failure(() => grad(m, { loss: 'logits', outputs: ['logits'] }), 'bad-argument')).to.match(
      /not both/,
    );
  });

  it('name the operator, the node and the path where a rule is missing', () => {
    const b = new Builder();
    const x = b.op('Relu', [b.input('x', 'float32', [4])], {}, { name: 'before' });
    const strange = { name: 'strange', op: 'Frobnicate', domain: '', inputs: [x.name], outputs: ['f'] };
    const [f] = b.append({ ...strange, attributes: new Map() });
    b.output(b.op('Sigmoid', [f], {}, { name: 'after' }));
    const { graph, ...rest } = b.model();
    const typed = { ...rest, graph: { ...graph, outputs: [{ name: 'after', type: x.type }] } };
    const message = failure(() => grad(typed), 'unsupported');
    expect(message)
      .to.match(/Frobnicate node "strange"/)
      .and.to.match(/before → strange → after/);
    expect(message).to.match(/overrides.*stopGradient/);
  });

  it('show the path if inputs and outputs are left out, on both sides of a node', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2, 3, 3]);
    const weights = [b.constant(zeros('float32', [1, 15, 3])), b.constant(zeros('float32', [1, 15, 5]))];
    const recurrent = { name: 'recurrent', op: 'Cell', domain: 'com.example', outputs: ['', 'last'] };
    const inputs = [x.name, ...weights.map(({ name }) => name), '', '', ''];
    const [, last] = b.append({ ...recurrent, inputs, attributes: attributes({ hidden_size: 5 }) });
    b.output(b.op('Sigmoid', [last], {}, { name: 'after' }));
    const { graph, ...rest } = b.model();
    const type = { dtype: 'float32', shape: [1, 3, 5] } as const;
    const values = new Map([['last', { name: 'last', type }]]);
    const unknown = { ...rest, graph: { ...graph, values } };
    expect(failure(() => grad(unknown), 'unsupported')).to.match(/Cell node "recurrent".*recurrent → after/);
  });

  it('state where all paths end', () => {
    const dead = model({ x: [2, 3] }, (b, { x }) => ({
      y: b.mul(b.op('Floor', [b.exp(x!)], {}, { name: 'steps' }), 2),
    }));
    expect(failure(() => grad(dead), 'unsupported')).to.match(/no gradient reaches "x".*Floor node "steps"/);
  });

  it('name a value without influence', () => {
    const apart = model({ x: [2], z: [2] }, (b, { x, z }) => ({ y: b.exp(x!), other: b.exp(z!) }));
    expect(failure(() => grad(apart, { outputs: ['y'], wrt: ['z'] }), 'bad-argument')).to.match(/\[y\].*"z"/);
  });

  it('state that integer arithmetic takes only whole numbers', () => {
    for (const dtype of ['int32', 'int64'] as const) {
      const b = new Builder();
      const x = b.input('x', dtype, [2]);
      for (const number of [0.5, NaN, Infinity])
        expect(failure(() => b.mul(x, number), 'unsupported')).to.include(`${number} needs floating point`);
      expect(b.mul(x, 2).type?.dtype).to.equal(dtype);
    }
  });

  it('state which name is taken', () => {
    const taken = model({ x: [2], d_y: [2] }, (b, { x, d_y }) => ({ y: b.mul(x!, d_y!) }));
    expect(failure(() => grad(taken), 'bad-argument')).to.match(/"d_y".*prefix/);
    expect(names(grad(taken, { prefix: 'ct_' }).graph.inputs)).to.deep.equal(['x', 'd_y', 'ct_y']);
  });
});

describe('the graph that grad emits', () => {
  it('computes nothing for inputs that are not in wrt', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 3, 8, 8]);
    const w = b.constant(noise(1, 4, 3, 3, 3));
    b.output(b.op('Conv', [x, w, b.constant(noise(2, 4))], { pads: [1, 1, 1, 1] }), 'y');
    // One convolution back; the kernel is rotated and transposed beforehand.
    expect(operators(grad(b.model(), { keepOutputs: [] }))).to.deep.equal({ Conv: 1 });
  });

  it('takes at most 2.2 times the multiply-adds of VGG-19 for the gradient by the image', () => {
    const m = vgg19(64);
    const [forward, derived] = [multiplyAdds(m), multiplyAdds(grad(m, { loss: 'loss' }))];
    if (forward === null || derived === null) throw new Error('a size is not known');
    expect(derived / forward)
      .to.be.at.least(1.9)
      .and.at.most(2.2);
  });

  it('covers only the end of a network, if only that is asked for', () => {
    const m = vgg19(64);
    const [last] = m.graph.nodes.filter(({ op }) => op === 'Conv').slice(-1);
    const [forward, derived] = [
      multiplyAdds(m),
      multiplyAdds(grad(m, { loss: 'loss', wrt: [last!.outputs[0]!] })),
    ];
    expect(derived).to.equal(forward);
  });

  for (const [title, build] of [
    ['VGG-19', () => vgg19(32)],
    ['a residual network', residual],
    ['an attention layer', attention],
  ] as const)
    it(`has no dead node, no unused constant and nothing twice: ${title}`, () => {
      const g = grad(build(), { loss: 'loss' });
      expect(unused(g)).to.deep.equal([]);
      expect(repeated(g)).to.deep.equal([]);
    });
});

/** VGG-19's convolutional part, an eighth as wide, with a loss. */
function vgg19(size: number): Model {
  const b = new Builder();
  let x = b.input('image', 'float32', [1, 3, size, size]);
  let channels = 3;
  for (const [width, depth] of [
    [8, 2],
    [16, 2],
    [32, 4],
    [64, 4],
    [64, 4],
  ] as const) {
    for (let i = 0; i < depth; i++) {
      const kernel = b.constant(noise(i, width, channels, 3, 3));
      x = b.relu(b.op('Conv', [x, kernel, b.constant(noise(i, width))], { pads: [1, 1, 1, 1] }));
      channels = width;
    }
    x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  b.output(b.mean(b.square(x), undefined, false), 'loss');
  return b.model();
}

function residual(): Model {
  const b = new Builder();
  const image = b.input('image', 'float32', ['n', 4, 'h', 'w']);
  const convolve = (x: Value, seed: number, stride: number) =>
    b.op('Conv', [x, b.constant(noise(seed, 4, 4, 3, 3))], { pads: [1, 1, 1, 1], strides: [stride, stride] });
  const down = b.relu(convolve(image, 1, 2));
  const block = b.relu(b.add(down, convolve(b.relu(convolve(down, 2, 1)), 3, 1)));
  const pooled = b.squeeze(b.op('GlobalAveragePool', [block]), [2, 3]);
  const scores = b.op('Gemm', [pooled, b.constant(noise(4, 4, 5)), b.constant(noise(5, 5))]);
  b.output(b.neg(b.mean(b.slice(b.op('LogSoftmax', [scores]), [1], [0], [1]), undefined, false)), 'loss');
  return b.model();
}

function attention(): Model {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n', 6, 8]);
  const project = (seed: number) => b.matmul(x, b.constant(noise(seed, 8, 8)));
  const weights = b.op('Softmax', [b.div(b.matmul(project(1), b.swap(project(2))), Math.sqrt(8))], {
    axis: -1,
  });
  const mixed = b.add(x, b.matmul(weights, project(3)));
  const normal = b.op('LayerNormalization', [mixed, b.constant(noise(4, 8)), b.constant(noise(5, 8))]);
  const first = b.gather(normal, b.constant(int64([0], [])), 1);
  b.output(b.sum(b.square(first), undefined, false), 'loss');
  return b.model();
}
