import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { formatModel } from '../../lib/onnx/format-model.js';
import { attributes, float, floats } from '../../lib/onnx/graph/attributes.js';
import { FunctionProtoSchema } from '../../lib/onnx/proto/onnx_pb.js';
import { float32, tensor } from '../../lib/tensor/tensor.js';
import { model, node, relu } from './messages.js';

function text(...lines: readonly string[]): string {
  return lines.join('\n');
}

describe('formatModel', () => {
  it('prints a gradient graph with one line per node', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 3]);
    b.output(b.sum(b.mul(b.tanh(x), x), undefined, false), 'loss');
    expect(formatModel(grad(b.model({ made: 'here' }), { loss: 'loss' }))).to.equal(
      text(
        'model: IR version 8, opset 17, by "oneiros"',
        'metadata made: "here"',
        'graph "oneiros, differentiated"',
        '  input x: float32[n, 3]',
        '  output loss: float32[]',
        '  output d_x: float32[n, 3]',
        '  constant scalar_0: float32[] = 1.0',
        '  constant reshape_4: float32[1, 1] = 1.0',
        '  tanh_0: float32[n, 3] = Tanh(x)',
        '  mul_1: float32[n, 3] = Mul(tanh_0, x)',
        '  loss: float32[] = ReduceSum(mul_1) keepdims=0 # reducesum_2',
        '  shape_5: int64[2] = Shape(mul_1)',
        '  expand_6: float32[n, 3] = Expand(reshape_4, shape_5)',
        '  mul_7: float32[n, 3] = Mul(expand_6, x)',
        '  mul_8: float32[n, 3] = Mul(expand_6, tanh_0)',
        '  mul_9: float32[n, 3] = Mul(tanh_0, tanh_0)',
        '  sub_10: float32[n, 3] = Sub(scalar_0, mul_9)',
        '  mul_11: float32[n, 3] = Mul(mul_7, sub_10)',
        '  d_x: float32[n, 3] = Add(mul_8, mul_11) # add_12',
      ),
    );
  });

  it('prints attributes of every kind, and leaves the places of absent inputs and outputs empty', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    b.append({
      name: 'odd',
      op: 'Odd',
      domain: 'test',
      inputs: ['', 'x'],
      outputs: ['', 'y'],
      attributes: attributes({
        int: 3,
        whole: float(2),
        fraction: 0.1,
        single: Math.fround(0.1),
        ints: [1, -1],
        floats: floats([0.5, Infinity, -0]),
        string: 'a "b"',
        strings: ['a', 'b'],
        tensor: float32([1, 2.5]),
      }),
    });
    b.output(b.op('Clip', [x, undefined, b.constant(float32([6], []), 'high')]), 'z');
    expect(formatModel(b.model()).split('\n').slice(3)).to.deep.equal([
      '  output z: float32[2]',
      '  constant high: float32[] = 6.0',
      '  , y = test.Odd(, x) int=3 whole=2.0 fraction=0.1 single=0.1 ints=[1, -1] floats=[0.5, Infinity, -0.0] string="a \\"b\\"" strings=["a", "b"] tensor=(float32[2] = 1.0, 2.5) # odd',
      '  clip_0: float32[2] = Clip(x, , high)',
      '  z: float32[2] = Identity(clip_0)',
    ]);
  });

  it('shows the elements of small constants of every type', () => {
    const b = new Builder();
    b.constant(tensor('bool', Uint8Array.of(1, 0), [2]), 'flags');
    b.constant(tensor('float16', Uint16Array.of(0x3c00, 0x3555), [2]), 'halves');
    b.constant(tensor('bfloat16', Uint16Array.of(0x3f80), []), 'brain');
    b.constant(tensor('int64', BigInt64Array.of(2n ** 62n), []), 'large');
    b.constant(tensor('string', ['a\nb'], [1]), 'words');
    b.constant(float32([], [0, 4]), 'empty');
    b.constant(float32(new Float32Array(9)), 'nine');
    expect(formatModel(b.model()).split('\n').slice(2)).to.deep.equal([
      '  constant flags: bool[2] = true, false',
      '  constant halves: float16[2] = 1.0, 0.33325195',
      '  constant brain: bfloat16[] = 1.0',
      '  constant large: int64[] = 4611686018427387904',
      '  constant words: string[1] = "a\\nb"',
      '  constant empty: float32[0, 4]',
      '  constant nine: float32[9]',
    ]);
  });

  it('indents the graphs within a node', () => {
    const b = new Builder();
    const [x, c] = [b.input('x', 'float32', ['n']), b.input('c', 'bool', [])];
    const branch = (name: string, op: string) => {
      const inner = new Builder(b);
      inner.output(inner.op(op, [x], {}, { name: `${name}_result` }));
      return { type: 'graph', value: inner.graph(name) } as const;
    };
    b.output(b.op('If', [c], { then_branch: branch('yes', 'Exp'), else_branch: branch('no', 'Neg') }), 'y');
    expect(formatModel(b.model()).split('\n').slice(5)).to.deep.equal([
      '  if_0: float32[n] = If(c)',
      '    then_branch: graph yes',
      '      output yes_result: float32[n]',
      '      yes_result: float32[n] = Exp(x)',
      '    else_branch: graph no',
      '      output no_result: float32[n]',
      '      no_result: float32[n] = Neg(x)',
      '  y: float32[n] = Identity(if_0)',
    ]);
  });

  it('prints the functions that the model defines', () => {
    const functions = [
      create(FunctionProtoSchema, {
        domain: 'local',
        name: 'Twice',
        input: ['a'],
        output: ['b'],
        node: [node('Add', ['a', 'a'], ['b'])],
      }),
      create(FunctionProtoSchema, { domain: 'local', name: 'Broken', output: ['nothing'] }),
    ];
    const twice = { ...relu, node: [{ ...node('Twice', ['x'], ['y']), domain: 'local' }] };
    const opsetImport = [
      { domain: '', version: 17n },
      { domain: 'local', version: 1n },
    ];
    expect(formatModel(decodeModel(model(twice, { functions, opsetImport })))).to.equal(
      text(
        'model: IR version 8, opset 17, local 1',
        'graph g',
        '  input x: float32[1, 2]',
        '  output y: float32[1, 2]',
        '  y: float32[1, 2] = local.Twice(x)',
        'function local.Twice',
        '  input a',
        '  output b',
        '  b = Add(a, a)',
        'function local.Broken',
        '  # cannot be read: "the graph \\"Broken\\" has the output \\"nothing\\", which no node makes"',
      ),
    );
  });

  it('shows declared types and the reason if shapes contradict each other', () => {
    const b = new Builder();
    const [x, y] = [b.input('x', 'float32', [2]), b.input('y', 'float32', [2])];
    b.output(b.add(x, y), 'z');
    const { graph, ...rest } = b.model();
    const inputs = graph.inputs.map((info) =>
      info.name === 'y' ? { ...info, type: { dtype: 'float32', shape: [3] } as const } : info,
    );
    const lines = formatModel({ ...rest, graph: { ...graph, inputs } }).split('\n');
    expect(lines[1]).to.match(/^# declared types only, since shape inference failed: ".*Add node/);
    expect(lines).to.include.members(['  output z: float32[2]', '  add_0 = Add(x, y)']);
    expect(formatModel(b.model(), { infer: false })).to.include('\n  add_0 = Add(x, y)');
  });

  it('escapes terminal control sequences, and shortens long texts', () => {
    const b = new Builder();
    const x = b.input('a\u001b[2J, b', 'float32', ['size\u202e', 'c, d', 'min(h, 2*w)']);
    const many = Array.from({ length: 40 }, (_, i) => i);
    b.output(b.op('Odd', [x], { axes: many, text: 'n'.repeat(300) }, { name: 'y'.repeat(300) }));
    const lines = formatModel(b.model({ key: '\u009b31m' })).split('\n');
    expect(lines[1]).to.equal('metadata key: "\\u009b31m"');
    expect(lines[3]).to.equal('  input "a\\u001b[2J, b": float32["size\\u202e", "c, d", min(h, 2*w)]');
    expect(lines[5]).to.include(
      `("a\\u001b[2J, b") axes=[${many.slice(0, 16).join(', ')}, … 24 more] text="${'n'.repeat(60)}…${'n'.repeat(60)}"`,
    );
    expect(lines[5]).to.have.length.below(500);
  });

  it('stops after the maximum number of lines, and states how many are left', () => {
    const b = new Builder();
    let x = b.input('x', 'float32', ['n']);
    for (let i = 0; i < 100; i++) x = b.exp(x);
    b.output(x);
    const whole = formatModel(b.model()).split('\n');
    expect(formatModel(b.model(), { maxLines: 10 }).split('\n')).to.deep.equal([
      ...whole.slice(0, 9),
      `… ${whole.length - 9} more lines`,
    ]);
    expect(formatModel(b.model(), { maxLines: whole.length })).to.equal(whole.join('\n'));
  });

  it('names an unknown option', () => {
    const options = { infer: true, lines: 3 };
    expect(() => formatModel(new Builder().model(), options)).to.throw(/formatModel.*lines/);
  });
});
