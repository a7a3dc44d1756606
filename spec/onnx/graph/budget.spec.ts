import { expect } from 'chai';

import { grad } from '../../../lib/autodiff/grad.js';
import { type ErrorCode, OneirosError } from '../../../lib/base/errors.js';
import { inFloat64 } from '../../../lib/gradients/float64.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../../lib/onnx/codec/read.js';
import { Budget } from '../../../lib/onnx/graph/budget.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { subgraphsOf } from '../../../lib/onnx/graph/subgraphs.js';
import { normalizeOpset } from '../../../lib/onnx/opset/normalize-opset.js';
import { foldConstants } from '../../../lib/onnx/passes/fold-constants.js';
import { inlineFunctions } from '../../../lib/onnx/passes/inline-functions.js';
import { simplifyModel } from '../../../lib/onnx/passes/simplify.js';
import { unroll } from '../../../lib/onnx/passes/unroll.js';
import { float32, int64, tensor } from '../../../lib/tensor/tensor.js';
import { body, model as message, node, value } from '../messages.js';

/** Small files that cause endless work: each must be refused, or finished, within moments. */
describe('the budget of work', function () {
  this.timeout(20_000);

  const refused =
    (code: ErrorCode, ...words: readonly string[]) =>
    (work: () => unknown) => {
      let error: unknown;
      try {
        work();
      } catch (thrown) {
        error = thrown;
      }
      if (!(error instanceof OneirosError)) throw new Error(`expected a refusal, got ${String(error)}`);
      expect(error.code).to.equal(code);
      for (const word of words) expect(error.message).to.include(word);
    };
  const tooLarge = (...words: readonly string[]) => refused('too-large', ...words);

  it('folds nested bodies once each, not twice at each level', () => {
    // 30 levels of two branches: 2³⁰ visits, if each pass visited each body twice.
    const branch = (level: number): ReturnType<typeof body>[] => {
      const inner = (side: string) => ({
        output: [value(`${side}${level}`, 1)],
        node: [
          level === 0 || side === 'e'
            ? node('Relu', ['x'], [`${side}${level}`])
            : node('If', ['q'], [`${side}${level}`], branch(level - 1)),
        ],
      });
      return [body('then_branch', inner('t')), body('else_branch', inner('e'))];
    };
    const model = decodeModel(
      message({
        input: [value('x', 1), value('q')],
        output: [value('y', 1)],
        node: [node('If', ['q'], ['y'], branch(30))],
      }),
    );
    const depth = (graph: Model['graph']): number =>
      Math.max(0, ...graph.nodes.flatMap((each) => subgraphsOf(each).map((inner) => 1 + depth(inner))));
    expect(depth(simplifyModel(model).graph)).to.equal(31);
  });

  describe('loops', () => {
    const loop = (trips: number, bodies = 1, nodes: readonly string[] = [], differs = false): Model => {
      const b = new Builder();
      const x = b.input('x', 'float32', [3]);
      let state = x;
      for (let i = 0; i < bodies; i++) {
        const inner = new Builder(b);
        const trip = inner.input(`i${i}`, 'int64', []);
        const condition = inner.input(`c${i}`, 'bool', []);
        let inside = inner.input(`s${i}`, 'float32', [3]);
        for (const op of nodes) inside = inner.op(op, [inside]);
        if (differs) inside = inner.add(inside, inner.cast(trip, 'float32'));
        inner.output(condition);
        inner.output(inside);
        const attributes = { body: { type: 'graph', value: inner.graph('body') } } as const;
        const inputs = [b.constant(int64([trips], [])), b.scalar(1, 'bool'), state];
        state = b.op('Loop', inputs, attributes, { name: `loop${i}` });
      }
      b.output(b.sum(state), 'y');
      return b.model();
    };

    it('stay loops where that is shorter', () => {
      for (const trips of [1e3, 1e6, 1e9, 2 ** 52])
        expect(grad(loop(trips, 1, ['Exp'])).graph.nodes.length).to.be.below(20);
    });

    it('share one budget: those for which there is no room stay', () => {
      const operators = unroll(loop(5000, 50)).graph.nodes.map(({ op }) => op);
      expect(operators.filter((op) => op === 'Loop').length).to.be.within(40, 49);
    });

    it('that are too long stay loops without an error', () => {
      const model = loop(1e9, 1, ['Exp']);
      expect(unroll(model).graph.nodes.map(({ op }) => op)).to.include('Loop');
    });

    it('of a length that detectors have are unrolled if their iterations differ', () => {
      const derived = grad(loop(300, 1, ['Tanh', 'Relu'], true));
      expect(derived.graph.nodes.filter(({ op }) => op === 'Tanh')).to.have.length(300);
    });

    it('over 2⁴⁰ elements are not taken apart before they run', () => {
      const b = new Builder();
      const x = b.input('x', 'float32', [2 ** 40, 3]);
      const inner = new Builder(b);
      const sum = inner.add(inner.input('s', 'float32', [3]), inner.input('e', 'float32', [3]));
      inner.output(sum);
      const attributes = { body: { type: 'graph', value: inner.graph('b') }, num_scan_inputs: 1 } as const;
      b.output(b.op('Scan', [b.constant(float32([0, 0, 0])), x], attributes, { name: 'scan' }), 'y');
      expect(grad(b.model()).graph.nodes.length).to.be.below(20);
    });
  });

  describe('windows', () => {
    const pooled = (op: string, attributes: Readonly<Record<string, readonly number[]>>, side: number) => {
      const b = new Builder();
      b.output(b.op(op, [b.input('x', 'float32', [1, 1, side, side])], attributes, { name: 'pool' }), 'y');
      return b.model();
    };
    const cases: readonly (readonly [string, Readonly<Record<string, readonly number[]>>, number])[] = [
      ['AveragePool', { kernel_shape: [100001, 100001], pads: [50000, 50000, 50000, 50000] }, 8],
      ['LpPool', { kernel_shape: [1e9, 1e9], pads: [5e8, 5e8, 5e8, 5e8] }, 8],
      ['MaxPool', { kernel_shape: [2, 2], strides: [1e9, 1e9] }, 8],
    ];
    it('of MaxPool are not listed if they are large', () => {
      const sliding = pooled(
        'MaxPool',
        { kernel_shape: [100001, 100001], pads: [50000, 50000, 50000, 50000] },
        8,
      );
      const tiled = pooled('MaxPool', { kernel_shape: [1e5, 1e5], strides: [1e5, 1e5] }, 1e5);
      for (const model of [sliding, tiled]) expect(grad(model).graph.nodes.length).to.be.below(20);
    });

    for (const [op, attributes, side] of cases)
      it(`of ${op} ${JSON.stringify(attributes)} are refused before their positions are listed`, () => {
        const model = pooled(op, attributes, side);
        tooLarge(`${op} node "pool"`)(() => grad(model));
      });

    it('of a convolution whose kernel is a declared input are not listed either', () => {
      const b = new Builder();
      const x = b.input('x', 'float32', [1, 1, 8, 8]);
      const w = b.input('w', 'float32', [1, 1, 1e6, 1e6]);
      b.output(b.op('Conv', [x, w], { pads: [1e6, 1e6, 1e6, 1e6] }, { name: 'conv' }), 'y');
      tooLarge('Conv node "conv"')(() => grad(b.model()));
      tooLarge('Conv node "conv"')(() => inFloat64(b.model(), { x: [1, 1, 8, 8], w: [1, 1, 1e6, 1e6] }));
    });

    it('of LRN are not listed in double precision', () => {
      const b = new Builder();
      b.output(b.op('LRN', [b.input('x', 'float32', [1, 3, 4, 4])], { size: 1e15 }, { name: 'lrn' }), 'y');
      tooLarge('LRN node "lrn"')(() => inFloat64(b.model(), { x: [1, 3, 4, 4] }));
    });
  });

  describe('folding', () => {
    it('has a limit for the whole model, beyond which nodes stay', () => {
      const b = new Builder();
      const seed = b.constant(float32(new Float32Array(2 ** 16)));
      for (let i = 0; i < 400; i++) b.output(b.sum(b.neg(seed)), `y${i}`);
      const negs = foldConstants(b.model()).graph.nodes.filter(({ op }) => op === 'Neg');
      // 2²² elements and eight times the constant's 2¹⁶ are 72 times the constant.
      expect(negs).to.have.length(400 - 72);
    });

    it('does not trust declared shapes', () => {
      for (const sizes of [
        [255, 255, 255, 255],
        [-3, 4, 1, 1],
      ]) {
        const b = new Builder();
        const bytes = b.constant(
          tensor('int8', Int8Array.from(sizes.map((size) => Math.min(size, 127))), [4]),
        );
        const made = b.op('ConstantOfShape', [b.cast(bytes, 'int64')], {}, { name: 'big' });
        b.output(b.sum(made), 'y');
        const model = b.model();
        const type = { dtype: 'float32', shape: [1, 1, 1, 1] } as const;
        const lying = {
          ...model,
          graph: { ...model.graph, values: new Map([['big', { name: 'big', type }]]) },
        };
        expect(foldConstants(lying).graph.nodes.map(({ op }) => op)).to.include('ConstantOfShape');
      }
    });
  });

  describe('functions', () => {
    const chain = (count: number, calls = 1): Model =>
      decodeModel(
        message(
          {
            input: [value('x', 1)],
            output: [value('y', 1)],
            node: [{ ...node('f0', ['x'], ['y']), domain: 'own' }],
          },
          {
            functions: Array.from({ length: count }, (_, i) => ({
              name: `f${i}`,
              domain: 'own',
              input: ['a'],
              output: ['b'],
              node: Array.from({ length: calls }, (__, j) => ({
                ...node(
                  i < count - 1 ? `f${i + 1}` : 'Relu',
                  [j === 0 ? 'a' : `m${j}`],
                  [j === calls - 1 ? 'b' : `m${j + 1}`],
                ),
                domain: i < count - 1 ? 'own' : '',
              })),
            })),
          },
        ),
      );

    it('that call 5,000 others in a row are refused by their depth', () => {
      tooLarge('over 100 functions and graphs deep')(() => inlineFunctions(chain(5000)));
      expect(inlineFunctions(chain(90)).graph.nodes.map(({ op }) => op)).to.deep.equal(['Relu']);
    });

    it('that double with each level are refused by their number', () => {
      tooLarge('nodes')(() => normalizeOpset(chain(60, 2)));
    });

    it('called by many nodes of one name get unique names without a search through all of them', () => {
      const call = (i: number, n: number) => ({
        ...node('f', [i === 0 ? 'x' : `v${i}`], [i === n - 1 ? 'y' : `v${i + 1}`]),
        name: 'same',
        domain: 'own',
      });
      const model = decodeModel(
        message(
          {
            input: [value('x', 1)],
            output: [value('y', 1)],
            node: Array.from({ length: 10000 }, (_, i) => call(i, 10000)),
          },
          {
            functions: [
              {
                name: 'f',
                domain: 'own',
                input: ['a'],
                output: ['b'],
                node: [node('Relu', ['a'], ['m']), node('Exp', ['m'], ['b'])],
              },
            ],
          },
        ),
      );
      const names = inlineFunctions(model).graph.nodes.map(({ name }) => name);
      expect(new Set(names)).to.have.property('size', 20000);
    });
  });

  it('refuses a tensor with more axes than any runtime supports', () => {
    const axes = Array<number>(65).fill(1);
    tooLarge('"x" has 65 axes')(() =>
      decodeModel(message({ input: [value('x', ...axes)], output: [], node: [] })),
    );
    const b = new Builder();
    const x = b.input('x', 'float32', [1]);
    tooLarge('axes; the maximum is 64')(() => b.reshape(x, axes));
    const sizes = b.constant(int64(new Array<number>(100_000).fill(1)));
    for (const op of ['Reshape', 'Expand'])
      tooLarge(`the result of ${op} node`, '100000 axes')(() => b.op(op, [x, sizes]));
  });

  it('keeps the cost linear for a value that many nodes take, and for a node that takes many values', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [2]);
    b.output(
      b.op(
        'Sum',
        Array.from({ length: 5000 }, () => x),
      ),
      'y',
    );
    expect(grad(b.model()).graph.outputs.map(({ name }) => name)).to.deep.equal(['y', 'd_x']);
    const fan = new Builder();
    let sum = fan.input('x', 'float32', [2]);
    const exp = fan.exp(sum);
    for (let i = 0; i < 2000; i++) sum = fan.add(exp, sum);
    fan.output(sum, 'y');
    expect(grad(fan.model()).graph.outputs.map(({ name }) => name)).to.deep.equal(['y', 'd_x']);
  });

  it('names the operator at the far end of a long chain when it refuses it', () => {
    const n = 12_000;
    const at = (i: number) => (i === 0 ? 'x' : i === n ? 'y' : `v${i}`);
    const model = decodeModel(
      message({
        input: [value('x', 1)],
        output: [value('y', 1)],
        node: Array.from({ length: n }, (_, i) => node(i === 9 ? 'Hardmax' : 'Relu', [at(i)], [at(i + 1)])),
      }),
    );
    refused('unsupported', 'Hardmax node "v10"')(() => grad(model));
  });

  it('grows with the model, not with what it declares', () => {
    const b = new Builder();
    b.output(b.relu(b.input('x', 'float32', [1e9, 1e9])));
    const budget = Budget.for(b.model());
    expect(budget.has('nodes', 50_200)).to.equal(true);
    expect(budget.has('nodes', 50_201)).to.equal(false);
  });
});
