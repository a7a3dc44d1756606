import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import type { Model, Node } from '../../lib/onnx/graph/graph.js';
import { subgraphsOf } from '../../lib/onnx/graph/subgraphs.js';
import { float32, int64 } from '../../lib/tensor/tensor.js';
import { compute, numbersOf } from './compute.js';

/** h ← step(h), as often as n says, from h = x; y is the last. */
function looped(step: (body: Builder, h: Value, trip: Value) => Value, size: number | string = 3): Model {
  const b = new Builder();
  const [x, n] = [b.input('x', 'float32', [3]), b.input('n', 'int64', [])];
  const body = new Builder(b);
  const trip = body.input('trip', 'int64', []);
  const condition = body.input('condition', 'bool', []);
  const h = body.input('h', 'float32', [size]);
  body.output(condition, 'goes_on');
  body.output(step(body, h, trip), 'next');
  b.output(
    b.op('Loop', [n, undefined, x], { body: { type: 'graph', value: body.graph('body') } }, { name: 'loop' }),
    'y',
  );
  return b.model();
}

const feeds = (n: number) => ({ x: float32([1, 2, 3]), n: int64([n], []), d_y: float32([1, 10, 100]) });

describe('gradients of loops', () => {
  it('run as often as the loop ran', async () => {
    const derived = grad(looped((b, h) => b.square(h)));
    expect(numbersOf(await compute(derived, feeds(0)), 'd_x')).to.deep.equal([1, 10, 100]);
    expect(numbersOf(await compute(derived, feeds(1)), 'd_x')).to.deep.equal([2, 40, 600]);
    expect(numbersOf(await compute(derived, feeds(3)), 'd_x')).to.deep.equal([8, 10240, 1749600]);
  });

  it('stack only the values that they use', () => {
    const [loop] = nodesOf(
      grad(
        looped((b, h) => b.mul(h, 2)),
        { keepOutputs: [] },
      ),
      'Loop',
    );
    // The numbers of the iterations, whose count is needed.
    expect(loop?.outputs).to.have.length(2);
    expect(nodesOf(grad(looped((b, h) => b.square(h))), 'Scan')[0]?.inputs).to.have.length(2);
  });

  it('stop at stopGradient inside a body', async () => {
    const model = looped((b, h) => b.add(b.op('Exp', [h], {}, { name: 'held' }), b.mul(h, 3)));
    const found = await compute(grad(model, { stopGradient: ['held'] }), feeds(1));
    expect(numbersOf(found, 'd_x')).to.deep.equal([3, 30, 300]);
  });

  it('are refused if a carried value changes its shape', () => {
    const growing = looped((b, h) => b.pad(b.square(h), [0, 1]), 'size');
    expect(() => grad(growing)).to.throw(
      'Loop node "loop" cannot be differentiated, since it carries "x", whose shape changes',
    );
  });

  it('are refused if an iteration draws random numbers', () => {
    const random = looped((b, h) => b.mul(h, b.op('RandomNormal', [], { shape: [3] })));
    expect(() => grad(random)).to.throw('the gradient of Loop node "loop" would need the random numbers');
  });
});

/** The nodes of an operator, those inside others too. */
function nodesOf({ graph }: Model, op: string): readonly Node[] {
  const within = (nodes: readonly Node[]): readonly Node[] =>
    nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap((inner) => within(inner.nodes))]);
  return within(graph.nodes).filter((node) => node.op === op);
}
