import { expect } from 'chai';

import { Builder } from '../../lib/onnx/builder/builder.js';
import { type AttributeLike, float } from '../../lib/onnx/graph/attributes.js';
import type { Model, Node, TensorType } from '../../lib/onnx/graph/graph.js';
import { eliminateCommonSubexpressions } from '../../lib/onnx/passes/common-subexpressions.js';
import { eliminateDeadCode } from '../../lib/onnx/passes/dead-code.js';
import { extractSubgraph } from '../../lib/onnx/passes/extract.js';
import { foldConstants } from '../../lib/onnx/passes/fold-constants.js';
import { eliminateIdentity } from '../../lib/onnx/passes/identity.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { type Random, random } from '../../lib/tensor/random.js';
import { float32, int64, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { expectSame, f32, feedsFor, graphOf, modelOf, op, run, type } from './run.js';

const passes = {
  eliminateDeadCode,
  foldConstants,
  eliminateIdentity,
  eliminateCommonSubexpressions,
  simplifyModel,
};
const ops = ({ graph }: Model) => graph.nodes.map((node) => node.op);
const any = (rank: number) => f32(...Array.from({ length: rank }, (_, i) => `r${i}`));

/** A chain of nodes from `x` to `y`. */
function chain(
  input: TensorType,
  output: TensorType,
  nodes: readonly Node[],
  constants: Readonly<Record<string, Tensor>> = {},
): Model {
  return modelOf({ nodes, inputs: { x: input }, constants, outputs: { y: output } });
}

describe('eliminateDeadCode', () => {
  it('drops what no output needs, and keeps what branches capture', async () => {
    const branch = (name: string) =>
      graphOf({
        nodes: [op('Neg', [name], [`${name}_n`]), op('Exp', [name], [`${name}_e`])],
        outputs: { [`${name}_n`]: any(1) },
      });
    const model = modelOf({
      nodes: [
        op('Abs', ['x'], ['a']),
        op('Exp', ['x'], ['b']),
        op('Sin', ['x'], ['dead']),
        op('Add', ['dead', 'c'], ['dead_too']),
        op('If', ['yes'], ['y'], {
          then_branch: { type: 'graph', value: branch('a') },
          else_branch: { type: 'graph', value: branch('b') },
        }),
      ],
      inputs: { x: f32(3), yes: type('bool') },
      constants: { c: float32([1]) },
      outputs: { y: any(1) },
    });
    const pruned = eliminateDeadCode(model);
    expect(ops(pruned)).to.deep.equal(['Abs', 'Exp', 'If']);
    expect([...pruned.graph.initializers.keys()]).to.deep.equal([]);
    const body = pruned.graph.nodes[2]?.attributes.get('then_branch');
    expect(body?.type === 'graph' && body.value.nodes.map((node) => node.op)).to.deep.equal(['Neg']);
    await expectSame(model, pruned, feedsFor(model, random(1)));
    expect(eliminateDeadCode(pruned)).to.equal(pruned);
  });
});

describe('eliminateCommonSubexpressions', () => {
  it('merges equal nodes and equal constants, in turn', async () => {
    const model = modelOf({
      nodes: [
        op('Add', ['x', 'a'], ['p']),
        op('Add', ['x', 'b'], ['q']),
        op('Exp', ['p'], ['r']),
        op('Exp', ['q'], ['s']),
        op('LeakyRelu', ['s'], ['t'], { alpha: float(0.1) }),
        op('LeakyRelu', ['r'], ['u'], { alpha: float(0.2) }),
        op('Sum', ['r', 's', 't', 'u'], ['y']),
      ],
      inputs: { x: f32(2) },
      constants: { a: float32([1, 2]), b: float32([1, 2]) },
      outputs: { y: any(1) },
    });
    const merged = eliminateCommonSubexpressions(model);
    expect(ops(merged)).to.deep.equal(['Add', 'Exp', 'LeakyRelu', 'LeakyRelu', 'Sum']);
    expect([...merged.graph.initializers.keys()]).to.deep.equal(['a']);
    await expectSame(model, merged, feedsFor(model, random(1)));
  });

  it('keeps outputs, random numbers, and −0 apart from 0', () => {
    const model = modelOf({
      nodes: [
        op('Abs', ['x'], ['y']),
        op('Abs', ['x'], ['z']),
        op('RandomUniformLike', ['x'], ['r']),
        op('RandomUniformLike', ['x'], ['s']),
        op('Div', ['r', 'zero'], ['t']),
        op('Div', ['s', 'minus'], ['u']),
        op('Add', ['t', 'u'], ['w']),
      ],
      inputs: { x: f32(2) },
      constants: { zero: float32([0]), minus: float32([-0]) },
      outputs: ['y', 'z', 'w'],
    });
    expect(eliminateCommonSubexpressions(model)).to.equal(model);
  });
});

describe('eliminateCommonSubexpressions on constants that begin alike', () => {
  it('compares each once: 20,000 that differ at their end, and 20,000 that do not', () => {
    const b = new Builder();
    const last = (i: number) => float32([0, 0, 0, 0, 0, 0, 0, 0, 0, i]);
    const all = Array.from({ length: 40000 }, (_, i) => b.constant(last(Math.min(i, 20000)), `c${i}`));
    b.output(b.op('Sum', all), 'y');
    expect(eliminateCommonSubexpressions(b.model()).graph.initializers).to.have.property('size', 20001);
  }).timeout(20_000);
});

describe('eliminateIdentity', () => {
  const one = float32([1]);
  const gone: readonly [string, Node, Readonly<Record<string, Tensor>>?][] = [
    ['Identity', op('Identity', ['a'], ['b'])],
    ['Dropout', op('Dropout', ['a'], ['b'])],
    ['a Reshape to the same shape', op('Reshape', ['a', 'c'], ['b']), { c: int64([2, -1, 4]) }],
    ['a Transpose that keeps the order', op('Transpose', ['a'], ['b'], { perm: [0, 1, 2] })],
    ['a Cast to the same type', op('Cast', ['a'], ['b'], { to: 1 })],
    ['a Pad by nothing', op('Pad', ['a', 'c'], ['b']), { c: int64([0, 0, 0, 0, 0, 0]) }],
    ['a Slice of everything', op('Slice', ['a', 'c', 'd'], ['b']), { c: int64([0]), d: int64([2 ** 40]) }],
    ['a Concat of one', op('Concat', ['a'], ['b'], { axis: 1 })],
    ['an Expand to the same shape', op('Expand', ['a', 'c'], ['b']), { c: int64([1, 4]) }],
    ['a multiplication by 1', op('Mul', ['c', 'a'], ['b']), { c: one }],
    ['an addition of 0', op('Add', ['a', 'c'], ['b']), { c: float32([0, 0, 0, 0]) }],
    ['a division by 1', op('Div', ['a', 'c'], ['b']), { c: one }],
    ['a subtraction of 0', op('Sub', ['a', 'c'], ['b']), { c: float32([0]) }],
  ];
  for (const [what, node, constants] of gone)
    it(`removes ${what}, in the middle and at the end`, async () => {
      const middle = chain(
        f32(2, 3, 4),
        any(3),
        [op('Abs', ['x'], ['a']), node, op('Neg', ['b'], ['y'])],
        constants,
      );
      expect(ops(eliminateIdentity(middle))).to.deep.equal(['Abs', 'Neg']);
      await expectSame(middle, eliminateIdentity(middle), feedsFor(middle, random(1)));
      const end = modelOf({
        nodes: [op('Abs', ['x'], ['a']), node],
        inputs: { x: f32(2, 3, 4) },
        ...(constants && { constants }),
        outputs: { b: any(3) },
      });
      expect(ops(eliminateIdentity(end))).to.deep.equal(['Abs']);
      await expectSame(end, eliminateIdentity(end), feedsFor(end, random(1)));
    });

  const kept: readonly [string, Node, Readonly<Record<string, Tensor>>?][] = [
    [
      'a Slice backwards',
      op('Slice', ['a', 'c', 'd', 'e', 'f'], ['b']),
      { c: int64([-1]), d: int64([-99]), e: int64([0]), f: int64([-1]) },
    ],
    [
      'a product with 1 that broadcasts',
      op('Mul', ['a', 'c'], ['b']),
      { c: float32(Array(8).fill(1), [2, 1, 1, 4]) },
    ],
    ['a subtraction from 0', op('Sub', ['c', 'a'], ['b']), { c: float32([0]) }],
    ['a division of 1', op('Div', ['c', 'a'], ['b']), { c: one }],
    [
      'a Dropout in training',
      op('Dropout', ['a', '', 't'], ['b']),
      { t: tensor('bool', Uint8Array.of(1), []) },
    ],
    ['a Transpose', op('Transpose', ['a'], ['b'], { perm: [0, 2, 1] })],
  ];
  for (const [what, node, constants] of kept)
    it(`keeps ${what}`, () => {
      const model = chain(
        f32(2, 3, 4),
        any(3),
        [op('Abs', ['x'], ['a']), node, op('Neg', ['b'], ['y'])],
        constants,
      );
      expect(eliminateIdentity(model)).to.equal(model);
    });

  it('merges two Transposes in a row, and two Reshapes', async () => {
    const model = chain(
      f32(2, 3, 4),
      any(3),
      [
        op('Transpose', ['x'], ['a'], { perm: [1, 2, 0] }),
        op('Transpose', ['a'], ['b'], { perm: [1, 0, 2] }),
        op('Reshape', ['b', 'c'], ['e']),
        op('Reshape', ['e', 'd'], ['f']),
        op('Neg', ['f'], ['y']),
      ],
      { c: int64([24]), d: int64([2, 2, 6]) },
    );
    const joined = simplifyModel(model);
    expect(ops(joined)).to.deep.equal(['Transpose', 'Reshape', 'Neg']);
    await expectSame(model, joined, feedsFor(model, random(1)));
  });

  it('keeps a node that connects an input to an output, and one of two outputs with one value', async () => {
    const model = modelOf({
      nodes: [
        op('Identity', ['x'], ['y']),
        op('Abs', ['x'], ['a']),
        op('Identity', ['a'], ['b']),
        op('Identity', ['a'], ['c']),
      ],
      inputs: { x: f32(2) },
      outputs: { y: any(1), b: any(1), c: any(1) },
    });
    const simple = eliminateIdentity(model);
    expect(ops(simple)).to.deep.equal(['Identity', 'Abs', 'Identity']);
    await expectSame(model, simple, feedsFor(model, random(1)));
  });
});

describe('foldConstants', () => {
  type Values = Readonly<Record<string, AttributeLike | undefined>>;
  const i64 = (...values: number[]) => int64(values);
  const [a, b] = [float32([1.5, -2, 0.1, 7], [2, 2]), float32([0.3, 3], [2])];
  const [m, n] = [int64([7, -7, 2 ** 40, -3], [2, 2]), i64(3, -2)];
  const yes = tensor('bool', Uint8Array.of(1, 0), [2]);
  const cases: readonly [string, readonly Tensor[], Values?][] = [
    ...[
      'Add',
      'Sub',
      'Mul',
      'Div',
      'Min',
      'Max',
      'Less',
      'Greater',
      'Equal',
      'LessOrEqual',
      'GreaterOrEqual',
    ].flatMap((name): [string, readonly Tensor[]][] => [
      [name, [a, b]],
      [name, [m, n]],
    ]),
    ['Mod', [m, n]],
    ['Neg', [m]],
    ['Abs', [a]],
    ['Floor', [a]],
    ['Ceil', [a]],
    ['Sqrt', [b]],
    ['Reciprocal', [a]],
    ['And', [yes, tensor('bool', Uint8Array.of(1), [1])]],
    ['Or', [yes, yes]],
    ['Not', [yes]],
    ['Where', [yes, a, b]],
    ['Cast', [a], { to: 7 }],
    ['Cast', [m], { to: 1 }],
    ['Cast', [a], { to: 9 }],
    ['Reshape', [a, i64(0, -1, 1)]],
    ['Squeeze', [float32([1, 2], [1, 2, 1]), i64(-1)]],
    ['Squeeze', [float32([1, 2], [1, 2, 1])]],
    ['Unsqueeze', [a, i64(0, -1)]],
    ['Transpose', [float32([1, 2, 3, 4, 5, 6], [1, 2, 3])], { perm: [2, 0, 1] }],
    ['Transpose', [a]],
    ['Expand', [b, i64(3, 1, 1)]],
    ['Concat', [a, a, float32([9, 8], [2, 1])], { axis: -1 }],
    ['Gather', [a, int64([1, -1, 0], [3, 1])], { axis: 1 }],
    ['Gather', [n, int64([-1], [])]],
    ['Slice', [a, i64(-1), i64(-9), i64(1), i64(-1)]],
    ['Slice', [m, i64(1, 0), i64(2 ** 50, 1)]],
    ['Range', [int64([5], []), int64([-4], []), int64([-3], [])]],
    ['ConstantOfShape', [i64(2, 3)], { value: int64([7]) }],
    ['ConstantOfShape', [i64(2)]],
    ['Shape', [a], { start: -1 }],
    ['Size', [a]],
    ['ReduceProd', [m], { axes: [1], keepdims: 0 }],
    ['ReduceSum', [m, i64(0)]],
    ['ReduceSum', [m]],
  ];
  cases.forEach(([name, inputs, attributes], i) =>
    it(`evaluates ${name} of ${inputs.map(({ dtype }) => dtype).join(', ')} as ONNX Runtime does`, async () => {
      const names = inputs.map((_, at) => `c${at}`);
      const constants = Object.fromEntries(inputs.map((value, at) => [`c${at}`, value]));
      const bare = modelOf({
        nodes: [op(name, names, ['f'], attributes), op('Identity', ['f'], ['y'])],
        constants,
        outputs: [],
      });
      const folded = foldConstants({
        ...bare,
        graph: { ...bare.graph, outputs: [{ name: 'y', type: null }] },
      });
      const result = folded.graph.initializers.get('f');
      if (result === undefined || result.dtype === 'opaque') return expect.fail(`${name} was not folded`);
      const typed = { name: 'y', type: { dtype: result.dtype, shape: result.dims } };
      const withType = (model: Model): Model => ({ ...model, graph: { ...model.graph, outputs: [typed] } });
      await expectSame(withType(bare), withType(folded), feedsFor(bare, random(i)), 0);
    }),
  );

  it('folds sizes of fixed shapes, and computations with them', async () => {
    const model = chain(
      f32('n', 3, 4),
      any(2),
      [
        op('Shape', ['x'], ['s']),
        op('Gather', ['s', 'one'], ['d']),
        op('Unsqueeze', ['d', 'zero'], ['u']),
        op('Concat', ['minus', 'u'], ['t'], { axis: 0 }),
        op('Reshape', ['x', 't'], ['y']),
      ],
      { one: int64([1], []), zero: int64([0]), minus: int64([-1]) },
    );
    const folded = simplifyModel(model);
    expect(ops(folded)).to.deep.equal(['Reshape']);
    await expectSame(model, folded, feedsFor(model, random(1)));
  });

  it('keeps nodes that would make the file larger if folded, and nodes that cannot be computed', () => {
    const growing = chain(f32(1), any(1), [op('Expand', ['c', 'd'], ['e']), op('Add', ['x', 'e'], ['y'])], {
      c: float32([1]),
      d: int64([100_000]),
    });
    expect(foldConstants(growing)).to.equal(growing);
    const byZero = modelOf({
      nodes: [op('Div', ['c', 'd'], ['e']), op('Identity', ['e'], ['y'])],
      constants: { c: int64([1]), d: int64([0]) },
      outputs: ['y'],
    });
    expect(ops(foldConstants(byZero))).to.deep.equal(['Div', 'Identity']);
  });
});

describe('random graphs give the same results after', () => {
  /** A graph of square matrices, sums and shapes, sometimes with a branch. */
  function randomModel(dice: Random): Model {
    const pick = <T>(items: readonly T[]): T => items[dice.integer(0, items.length - 1)]!;
    const constants: Record<string, Tensor> = {
      zero: float32([0]),
      one: float32([1]),
      two: float32([2, 2, 2]),
      also: float32([2, 2, 2]),
      square: int64([3, 3]),
      line: int64([9]),
      none: int64([0, 0, 0, 0]),
      axes: int64([0]),
    };
    const values = ['x', 'w'];
    const nodes: Node[] = [];
    const emit = (
      name: string,
      inputs: readonly string[],
      attributes: Readonly<Record<string, AttributeLike>> = {},
    ) => {
      const output = `v${nodes.length}`;
      nodes.push(op(name, inputs, [output], attributes));
      return output;
    };
    const size = dice.integer(4, 14);
    for (let i = 0; i < size; i++) {
      const [p, q] = [pick(values), pick(values)];
      const makers: readonly (() => string)[] = [
        () => emit(pick(['Add', 'Sub', 'Mul', 'Max']), [p, q]),
        () => emit(pick(['Add', 'Mul', 'Sub', 'Div']), [p, pick(['one', 'two', 'also'])]),
        () => emit(pick(['Add', 'Sub']), [p, 'zero']),
        () =>
          emit('Transpose', [p], {
            perm: pick([
              [0, 1],
              [1, 0],
            ]),
          }),
        () => emit('Transpose', [emit('Transpose', [p], { perm: [1, 0] })], { perm: [1, 0] }),
        () => emit(pick(['Identity', 'Relu', 'Tanh', 'Abs']), [p]),
        () => emit('Cast', [p], { to: 1 }),
        () => emit('Pad', [p, 'none']),
        () => emit('Reshape', [p, 'square']),
        () => emit('Reshape', [emit('Reshape', [p, 'line']), emit('Shape', [q])]),
        () => emit('Expand', [emit('ReduceSum', [p, 'axes'], { keepdims: 1 }), emit('Shape', [q])]),
        () => emit('Slice', [p, 'axes', 'line', 'axes']),
        () =>
          emit('If', ['yes'], {
            then_branch: { type: 'graph', value: branch(p) },
            else_branch: { type: 'graph', value: branch(q) },
          }),
      ];
      values.push(pick(makers)());
    }
    function branch(from: string) {
      const [b, c, d] = [0, 1, 2].map((i) => `b${nodes.length}_${from}_${i}_${dice.integer(0, 1e9)}`);
      return graphOf({
        nodes: [
          op('Mul', [from, 'one'], [b!]),
          op('Add', [b!, pick(['two', 'also', from])], [c!]),
          op('Identity', [c!], [d!]),
        ],
        outputs: { [d!]: f32(3, 3) },
      });
    }
    const outputs = [...new Set([values.at(-1)!, pick(values.slice(2))])];
    return modelOf({
      nodes,
      inputs: { x: f32(3, 3), yes: type('bool') },
      constants: {
        ...constants,
        w: float32(
          Array.from({ length: 9 }, () => dice.normal()),
          [3, 3],
        ),
      },
      outputs: Object.fromEntries(outputs.map((name) => [name, f32(3, 3)])),
    });
  }

  for (const [name, pass] of Object.entries(passes))
    it(name, async () => {
      const dice = random(11);
      let removed = 0;
      for (let i = 0; i < 60; i++) {
        const model = randomModel(dice);
        const changed = pass(model);
        removed += model.graph.nodes.length - changed.graph.nodes.length;
        await expectSame(model, changed, feedsFor(model, dice), 1e-6);
      }
      expect(removed).to.be.greaterThan(10);
    });
});

describe('extractSubgraph', () => {
  const model = modelOf({
    nodes: [
      op('Add', ['x', 'c'], ['a']),
      op('Split', ['a'], ['b1', 'b2'], { axis: 0 }),
      op('Mul', ['b1', 'z'], ['m']),
      op('Add', ['m', 'b2'], ['y']),
    ],
    inputs: { x: f32(4), z: f32(2) },
    constants: { c: float32([1, 2, 3, 4]) },
    outputs: { y: any(1) },
  });
  const names = (infos: Model['graph']['inputs']) => infos.map(({ name }) => name);

  it('ends a network at a layer', () => {
    const { graph } = extractSubgraph(model, [], ['b1']);
    expect(graph.nodes.map((node) => node.op)).to.deep.equal(['Add', 'Split']);
    expect([names(graph.inputs), names(graph.outputs)]).to.deep.equal([['x'], ['b1']]);
    expect(graph.outputs[0]?.type).to.deep.equal({ dtype: 'float32', shape: [2] });
  });

  it('begins one at a value that a node makes among others', async () => {
    const part = extractSubgraph(model, ['b1'], ['y', 'm']);
    expect(names(part.graph.inputs)).to.deep.equal(['x', 'z', 'b1']);
    expect(ops(part)).to.deep.equal(['Add', 'Split', 'Mul', 'Add']);
    const [b1, z] = [float32([5, 6]), float32([1, 10])];
    const result = await run(part, { x: float32([0, 0, 1, 1]), z, b1 });
    expect([...(result.get('m')?.data ?? [])]).to.deep.equal([5, 60]);
    expect([...(result.get('y')?.data ?? [])]).to.deep.equal([9, 65]);
  });

  it('lists the nearest names for an unknown value', () => {
    expect(() => extractSubgraph(model, [], ['b3'])).to.throw('no value "b3"; the nearest names are b1, b2');
    expect(() => extractSubgraph(model, ['a', 'a'], ['y'])).to.throw('"a" is listed twice');
  });
});
