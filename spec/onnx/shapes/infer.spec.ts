import { expect } from 'chai';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

import { GraphBuilder, type Value } from '../../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { unknown } from '../../../lib/onnx/facts/facts.js';
import { type AttributeLike, attributes } from '../../../lib/onnx/graph/attributes.js';
import { Budget } from '../../../lib/onnx/graph/budget.js';
import type { Dim, Graph, Model, Node, ValueInfo } from '../../../lib/onnx/graph/graph.js';
import { inferModel, inferWithin } from '../../../lib/onnx/shapes/infer.js';
import type { DType } from '../../../lib/tensor/dtype.js';
import { float32, int64, type Tensor, zeros } from '../../../lib/tensor/tensor.js';

const shape = (value: Value | undefined) => value?.type?.shape;

describe('shape inference through a graph', () => {
  it('follows a U-Net: halved three times, doubled three times', () => {
    const b = new GraphBuilder();
    let x = b.input('image', 'float32', ['n', 3, 'h', 'w']);
    const kernel = b.constant(zeros('float32', [4, 3, 3, 3]));
    x = b.op('Conv', [x, kernel], { pads: [1, 1, 1, 1] });
    expect(shape(x)).to.deep.equal(['n', 4, 'h', 'w']);
    for (let i = 0; i < 3; i++) x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    expect(shape(x)).to.deep.equal(['n', 4, 'floor(h/8)', 'floor(w/8)']);
    const up = b.constant(zeros('float32', [4, 4, 2, 2]));
    for (let i = 0; i < 3; i++) x = b.op('ConvTranspose', [x, up], { strides: [2, 2] });
    expect(shape(x)).to.deep.equal(['n', 4, '8*floor(h/8)', '8*floor(w/8)']);
  });

  it('follows Caffe pooling: ceil mode, three times', () => {
    const b = new GraphBuilder();
    let x = b.input('image', 'float32', [1, 3, 'h', 224]);
    for (let i = 0; i < 3; i++)
      x = b.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 });
    expect(shape(x)).to.deep.equal([1, 3, 'floor(h/8)', 28]);
  });

  it('follows sizes that the graph computes', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['n', 3, 'h', 'w']);
    const sizes = b.op('Shape', [x]);
    const spatial = b.op('Slice', [sizes, b.sizes([2]), b.sizes([4])]);
    expect(spatial.content).to.deep.equal(['h', 'w']);
    const area = b.op('ReduceProd', [spatial], { keepdims: 1 });
    const flat = b.op('Reshape', [x, b.op('Concat', [b.sizes([0, 0]), area], { axis: 0 })]);
    expect(shape(flat)).to.deep.equal(['n', 3, 'h*w']);
    expect(shape(b.op('Reshape', [flat, sizes]))).to.deep.equal(['n', 3, 'h', 'w']);
    const n = b.op('Gather', [sizes, b.constant(int64([0], []))]);
    expect([shape(n), n.content]).to.deep.equal([[], ['n']]);
    const heads = b.op('Concat', [b.op('Unsqueeze', [n, b.sizes([0])]), b.sizes([-1, 3])], { axis: 0 });
    expect(shape(b.op('Reshape', [flat, heads]))).to.deep.equal(['n', 'h*w', 3]);
  });

  it("follows exporters' resizing: Shape → Cast → Mul → Floor → Cast", () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [1, 3, 'h', 'w']);
    const size = b.op('Cast', [b.op('Shape', [x], { start: 2 })], { to: 1 });
    const resizeTo = (factor: number) => {
      const scaled = b.op('Floor', [b.op('Mul', [size, b.constant(float32([factor]))])]);
      const sizes = b.op('Concat', [b.sizes([1, 3]), b.op('Cast', [scaled], { to: 7 })], { axis: 0 });
      return shape(b.op('Resize', [x, undefined, undefined, sizes]));
    };
    expect(resizeTo(2)).to.deep.equal([1, 3, '2*h', '2*w']);
    expect(resizeTo(0.5)).to.deep.equal([1, 3, 'floor(h/2)', 'floor(w/2)']);
    expect(resizeTo(0.3)?.slice(0, 2)).to.deep.equal([1, 3]);
    expect(resizeTo(0.3)?.[2]).to.match(/^concat_\d+\[2\]$/);
  });

  it("follows torch's expand: Where(Equal(shape, -1), 1, shape)", () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['n', 1]);
    const sizes = b.op('Concat', [b.op('Shape', [x], { end: 1 }), b.sizes([4])], { axis: 0 });
    const isOpen = b.op('Equal', [sizes, b.op('Mul', [b.sizes([1, 1]), b.sizes([-1, -1])])]);
    const ones = b.op('ConstantOfShape', [b.op('Shape', [sizes])], { value: int64([1]) });
    expect(shape(b.op('Expand', [x, b.op('Where', [isOpen, ones, sizes])]))).to.deep.equal(['n', 4]);
  });

  it('gives sizes that are known only at run time unique names', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['h', 'w']);
    const y = b.input('y', 'float32', ['a', 'w']);
    const places = b.op('NonZero', [x], {}, { name: 'places' });
    expect(shape(places)).to.deep.equal([2, 'places.1']);
    expect(shape(b.op('Neg', [places]))).to.deep.equal([2, 'places.1']);
    expect(shape(b.op('Add', [x, y], {}, { name: 'sum' }))).to.deep.equal(['sum.0', 'w']);
    expect(shape(b.op('Add', [x, b.constant(zeros('float32', [5, 1]))]))).to.deep.equal([5, 'w']);
    expect(shape(b.op('Concat', [x, y], { axis: 0 }))).to.deep.equal(['a + h', 'w']);
  });

  it('does not treat a number from the data as a size', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', ['n', 4]);
    const count = b.input('count', 'int64', [1]);
    const sizes = b.op('Concat', [count, b.sizes([2])], { axis: 0 }, { name: 'sizes' });
    expect(sizes.content).to.deep.equal(['?sizes[0]', 2]);
    // It may be -1, or 0 for "copy"; but with all other sizes known it follows from them.
    expect(shape(b.op('Reshape', [x, sizes]))).to.deep.equal(['2*n', 2]);
    expect(shape(b.op('ConstantOfShape', [sizes], {}, { name: 'filled' }))).to.deep.equal(['sizes[0]', 2]);
  });

  it('returns unknown types for operators without a shape rule', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    expect(b.op('Frobnicate', [x]).type).to.equal(null);
    expect(b.op('constructor', [x]).type).to.equal(null);
    const [y] = b.append({
      name: 'f',
      op: 'Relu',
      domain: 'com.example',
      inputs: ['x'],
      outputs: ['y'],
      attributes: new Map(),
    });
    expect(y?.type).to.equal(null);
    expect(shape(b.op('Relu', [y]))).to.equal(undefined);
  });

  it('refuses sizes that no tensor can have', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2 ** 40, 2 ** 40]);
    expect(() => b.op('Flatten', [x], { axis: 2 })).to.throw('a size of 1.2089258196146292e+24');
    expect(() => b.op('Pad', [x, b.sizes([0, -(2 ** 41), 0, 0])])).to.throw('a size of -1099511627776');
  });
});

const type = (name: string, dtype: DType, dims: readonly Dim[] | null): ValueInfo => ({
  name,
  type: { dtype, shape: dims },
});
const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  given: Record<string, AttributeLike> = {},
): Node => ({
  name: outputs[0] ?? op,
  op,
  domain: '',
  inputs,
  outputs,
  attributes: attributes(given),
});
function graph(
  inputs: readonly ValueInfo[],
  nodes: readonly Node[],
  outputs: readonly ValueInfo[],
  initializers: Record<string, Tensor> = {},
  values: readonly ValueInfo[] = [],
): Graph {
  return {
    name: 'graph',
    nodes,
    inputs,
    outputs,
    initializers: new Map(Object.entries(initializers)),
    values: new Map(values.map((info) => [info.name, info])),
  };
}
const modelOf = (main: Graph): Model => ({
  graph: main,
  opsets: new Map([['', 17]]),
  irVersion: 8,
  producer: 'spec',
  metadata: new Map(),
});
const open = (name: string): ValueInfo => ({ name, type: null });
const inner = (value: Graph): AttributeLike => ({ type: 'graph', value });
const scalar = (value: boolean): Tensor => ({ dtype: 'bool', dims: [], data: Uint8Array.of(Number(value)) });

/** Sizes of the outputs: first as inferred, then as ONNX Runtime computes them. */
async function both(main: Graph, feeds: Record<string, OrtTensor>) {
  const model = modelOf(main);
  const values = inferModel(model);
  const session = await InferenceSession.create(encodeModel(model), {
    executionProviders: ['cpu'],
    logSeverityLevel: 4,
  });
  const results = await session.run(feeds);
  await session.release();
  const inferred = main.outputs.map(({ name }) => values.get(name)?.type?.shape);
  return { values, inferred, made: main.outputs.map(({ name }) => results[name]!.dims) };
}

describe('shapes through control flow', () => {
  const x = type('x', 'float32', ['n', 3]);
  const feed = new OrtTensor('float32', new Float32Array(6), [2, 3]);
  const branch = (name: string, axis: number) =>
    graph([], [node('Concat', ['x', 'x'], [name], { axis })], [type(name, 'float32', null)]);
  const flag = (name: string) => type(name, 'bool', []);

  it('If: what both branches have in common', async () => {
    const made = await both(
      graph(
        [x, flag('c')],
        [
          node('If', ['c'], ['y'], {
            then_branch: inner(branch('a', 0)),
            else_branch: inner(branch('b', 1)),
          }),
        ],
        [open('y')],
      ),
      { x: feed, c: new OrtTensor('bool', [true], []) },
    );
    expect(made.inferred).to.deep.equal([['y.0', 'y.1']]);
    expect(made.made).to.deep.equal([[4, 3]]);
    expect(made.values.get('a')?.type?.shape).to.deep.equal(['2*n', 3]);
    expect(made.values.get('b')?.type?.shape).to.deep.equal(['n', 6]);
  });

  it('If: the branch that is taken, where that is known', async () => {
    const made = await both(
      graph(
        [x],
        [
          node('If', ['c'], ['y'], {
            then_branch: inner(branch('a', 0)),
            else_branch: inner(branch('b', 1)),
          }),
        ],
        [open('y')],
        { c: scalar(false) },
      ),
      { x: feed },
    );
    expect(made.inferred).to.deep.equal([['n', 6]]);
    expect(made.made).to.deep.equal([[2, 6]]);
  });

  it('a size created in a branch does not leave it under its name', () => {
    const places = graph([], [node('NonZero', ['x'], ['p'])], [type('p', 'int64', null)]);
    const values = inferModel(
      modelOf(
        graph(
          [x, flag('c')],
          [
            node('If', ['c'], ['y'], { then_branch: inner(places), else_branch: inner(places) }),
            node('If', ['c'], ['z'], { then_branch: inner(places), else_branch: inner(places) }),
          ],
          [open('y'), open('z')],
        ),
      ),
    );
    expect(values.get('y')?.type?.shape).to.deep.equal([2, 'y.1']);
    expect(values.get('z')?.type?.shape).to.deep.equal([2, 'z.1']);
  });

  it('Loop: a state that keeps its shape, one that grows, and the collected values', async () => {
    const body = graph(
      [type('i', 'int64', []), flag('go'), open('kept'), open('grown')],
      [
        node('Identity', ['go'], ['goes']),
        node('Relu', ['kept'], ['kept2']),
        node('Concat', ['grown', 'x'], ['grown2'], { axis: 0 }),
        node('ReduceSum', ['kept2'], ['row'], { keepdims: 0 }),
      ],
      [flag('goes'), open('kept2'), open('grown2'), open('row')].map((info) =>
        info.type === null ? type(info.name, 'float32', null) : info,
      ),
    );
    const typed = {
      ...body,
      inputs: body.inputs.map((info) => (info.type === null ? type(info.name, 'float32', null) : info)),
    };
    const made = await both(
      graph(
        [x],
        [node('Loop', ['trips', '', 'x', 'x'], ['kept3', 'grown3', 'rows'], { body: inner(typed) })],
        [open('kept3'), open('grown3'), open('rows')],
        { trips: int64([5], []) },
      ),
      { x: feed },
    );
    expect(made.inferred).to.deep.equal([['n', 3], ['grown3.0', 3], [5]]);
    expect(made.made).to.deep.equal([[2, 3], [12, 3], [5]]);
  });

  it('Scan: along any axis', async () => {
    const body = graph(
      [type('s', 'float32', null), type('e', 'float32', null)],
      [node('Add', ['s', 'e'], ['s2']), node('Identity', ['s2'], ['o'])],
      [type('s2', 'float32', null), type('o', 'float32', null)],
    );
    const made = await both(
      graph(
        [type('s0', 'float32', ['n']), x],
        [
          node('Scan', ['s0', 'x'], ['last', 'all'], {
            body: inner(body),
            num_scan_inputs: 1,
            scan_input_axes: [1],
            scan_output_axes: [-1],
          }),
        ],
        [open('last'), open('all')],
      ),
      { s0: new OrtTensor('float32', new Float32Array(2), [2]), x: feed },
    );
    expect(made.made).to.deep.equal([[2], [2, 3]]);
    expect(made.inferred).to.deep.equal([['n'], ['n', 3]]);
  });

  it('loops within loops: inference ends', () => {
    let body = graph(
      [type('i0', 'int64', []), flag('c0'), open('s0')],
      [node('Concat', ['s0', 's0'], ['t0'], { axis: 0 })],
      [flag('c0'), open('t0')],
    );
    for (let depth = 1; depth < 40; depth++)
      body = graph(
        [type(`i${depth}`, 'int64', []), flag(`c${depth}`), open(`s${depth}`)],
        [node('Loop', ['', '', `s${depth}`], [`t${depth}`], { body: inner(body) })],
        [flag(`c${depth}`), open(`t${depth}`)],
      );
    const values = inferModel(
      modelOf(graph([x], [node('Loop', ['', '', 'x'], ['y'], { body: inner(body) })], [open('y')])),
    );
    expect(values.has('y')).to.equal(true);
  });
});

describe('shapes of a whole model', () => {
  it('follow the declarations in the file where inference knows less', () => {
    const values = inferModel(
      modelOf(
        graph(
          [type('x', 'float32', ['n', 4])],
          [
            { ...node('Thing', ['x'], ['y']), domain: 'com.example' },
            node('Relu', ['y'], ['z']),
            node('NonZero', ['x'], ['p']),
          ],
          [type('p', 'int64', [2, 7])],
          {},
          [type('y', 'float16', ['n', 'm'])],
        ),
      ),
    );
    expect(values.get('z')?.type).to.deep.equal({ dtype: 'float16', shape: ['n', 'm'] });
    expect(values.get('p')?.type).to.deep.equal({ dtype: 'int64', shape: [2, 7] });
    expect(values.get('x')).to.deep.equal({ ...unknown, type: { dtype: 'float32', shape: ['n', 4] } });
  });

  it('cause an error that names node, operator and shapes if they contradict each other', () => {
    const wrong = graph(
      [type('x', 'float32', ['n', 4]), type('w', 'float32', [5, 'k'])],
      [node('MatMul', ['x', 'w'], ['y'])],
      [open('y')],
    );
    expect(() => inferModel(modelOf(wrong))).to.throw(
      'MatMul node "y": inner sizes: 4 is not 5; its inputs are float32[n, 4], float32[5, k]',
    );
  });

  it('infers a node anew if it is used with other inputs within one task', () => {
    const b = new GraphBuilder();
    b.output(b.op('Relu', [b.input('x', 'float32', [2])]), 'y');
    const { graph } = b.model();
    const budget = Budget.unlimited();
    const shapeOfY = (sizes: readonly Dim[]) => {
      const inputs = [{ name: 'x', type: { dtype: 'float32' as const, shape: sizes } }];
      const outputs = [{ name: 'y', type: null }];
      return inferWithin(budget, { ...b.model(), graph: { ...graph, inputs, outputs } }).get('y')?.type
        ?.shape;
    };
    expect(shapeOfY([2])).to.deep.equal([2]);
    expect(shapeOfY(['n', 3])).to.deep.equal(['n', 3]);
    expect(shapeOfY([2])).to.deep.equal([2]);
  });
});
