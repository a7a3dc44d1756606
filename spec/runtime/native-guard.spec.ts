import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Dim } from '../../lib/onnx/graph/graph.js';
import { guardNative } from '../../lib/runtime/node/native-guard.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32 } from '../../lib/tensor/tensor.js';

/** Scales a picture by factors that are an input with `length` elements. */
function resizeBy(length: Dim, nested = false): Uint8Array {
  const b = new Builder();
  const x = b.input('x', 'float32', [1, 1, 2, 2]);
  const scales = b.input('scales', 'float32', [length]);
  const resize = (builder: Builder) =>
    builder.op('Resize', [x, undefined, scales], { mode: 'nearest' }, { name: nested ? 'inner' : 'y' });
  if (nested) {
    const [then, otherwise] = [new Builder(b), new Builder(b)];
    then.output(resize(then));
    otherwise.output(otherwise.op('Identity', [x], {}, { name: 'same' }));
    const isLarge = b.greater(b.sum(scales, [0], false), 0);
    b.output(
      b.op(
        'If',
        [isLarge],
        {
          then_branch: { type: 'graph', value: then.graph() },
          else_branch: { type: 'graph', value: otherwise.graph() },
        },
        { name: 'y' },
      ),
    );
  } else b.output(resize(b));
  return encodeModel(b.model());
}

const x = () => float32([1, 2, 3, 4], [1, 1, 2, 2]);

async function failureOf(work: Promise<unknown>): Promise<OneirosError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (!(error instanceof OneirosError)) throw new Error(`expected a OneirosError, got ${String(error)}`);
  return error;
}

// Without the guard, each of these crashes the whole process in ONNX Runtime 1.30.
describe('models that crash ONNX Runtime', () => {
  it('are refused before ONNX Runtime reads them if the file shows the fault', async () => {
    // The builder refuses such a node itself, so the file is changed afterwards.
    const { graph, ...rest } = decodeModel(resizeBy('n'));
    const inputs = graph.inputs.map(({ name, type }) =>
      name === 'scales' ? { name, type: { dtype: 'float32' as const, shape: [3000] } } : { name, type },
    );
    const error = await failureOf(openSession(encodeModel({ ...rest, graph: { ...graph, inputs } })));
    expect(error.code).to.equal('bad-input');
    expect(error.message).to.contain('input 2 must have 4 elements, not 3000');
  });

  for (const nested of [false, true])
    it(`fail with an error at run time if only the feeds show it${nested ? ', even in a branch' : ''}`, async () => {
      await using session = await openSession(resizeBy('n', nested));
      const scales = float32(new Float32Array(3000).fill(1), [3000]);
      const error = await failureOf(session.run({ x: x(), scales }));
      expect(error.code).to.equal('runtime');
      expect(error.message).to.match(/cannot be reshaped/);

      const { y } = await session.run({ x: x(), scales: float32([1, 1, 2, 2]) });
      expect(y?.dims).to.deep.equal([1, 1, 4, 4]);
    });

  it('are guarded, and other models are not changed', async () => {
    const known = resizeBy(4);
    expect(await guardNative(known)).to.equal(known);
  });

  it('get new values whose names are not used in the model', async () => {
    const guarded = await guardNative(resizeBy('n'));
    if (typeof guarded === 'string') throw new Error('a path came back for bytes');
    const { nodes } = decodeModel(guarded).graph;
    expect(nodes.map(({ op }) => op)).to.deep.equal(['Shape', 'Shape', 'Reshape', 'Resize']);
    expect(new Set(nodes.flatMap(({ outputs }) => outputs)).size).to.equal(4);
    expect(new Set(nodes.map(({ name }) => name)).size).to.equal(4);
  });
});
