import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { inspectModel } from '../../../lib/models/inspect.js';
import type { Model, Node } from '../../../lib/onnx/graph/graph.js';
import { normalizeOpset } from '../../../lib/onnx/opset/normalize-opset.js';
import { float32, int64, type Tensor } from '../../../lib/tensor/tensor.js';
import { type Case, constant, data, ints, itRefuses, type Operand, weights } from './harness.js';

const refused = (
  op: string,
  operands: readonly (Operand | null)[],
  words: RegExp,
  rest: Partial<Case> = {},
): readonly [Case, RegExp] => [{ op, operands, ...rest }, words];

const picture = data(1, 3, 8, 8);

/** A model of one node, whose inputs are those of the model. */
function modelOf(op: string, inputs: readonly string[], version: number): Model {
  const node: Node = { name: 'n', op, domain: '', inputs, outputs: ['y'], attributes: new Map() };
  const given = inputs.filter((name) => name !== '').map((name) => ({ name, type: null }));
  return {
    graph: {
      name: 'g',
      nodes: [node],
      inputs: given,
      outputs: [{ name: 'y', type: null }],
      initializers: new Map(),
      values: new Map(),
    },
    opsets: new Map([['', version]]),
    metadata: new Map(),
    producer: '',
    irVersion: 8,
  };
}

describe('the number of inputs and outputs of an operator', () => {
  itRefuses([
    refused('Relu', [], /takes 1 input, not 0/),
    refused('Relu', [picture, picture], /takes 1 input, not 2/),
    refused('Add', [picture], /takes 2 inputs, not 1/),
    refused('Concat', [], /takes at least 1 input, not 0/, { attributes: { axis: 0 } }),
    refused('Conv', [picture], /takes at least 2 inputs, not 1/),
    refused('Conv', [picture, null], /input 1 is required, but its name is empty/),
    refused('Mul', [null, picture], /input 0 is required/),
    refused('Where', [picture, picture], /takes 3 inputs, not 2/),
    refused('BatchNormalization', [picture, weights(3)], /takes 5 inputs, not 2/),
    refused('MaxPool', [picture], /takes at most 2 outputs, not 3/, {
      attributes: { kernel_shape: [2, 2] },
      outputs: 3,
    }),
    refused('TopK', [data(2, 7), ints(3)], /takes 2 outputs, not 1/),
    refused('Pad', [picture], /0 pads for 4 axes/, { opset: 2 }),
    refused('Resize', [picture, null, constant(float32([]))], /4 axes need a scale each, not 0/),
    refused('Resize', [picture, null, null, ints()], /neither scales nor sizes/),
  ]);

  it('does not determine the sizes of Tile in set 1, which repeats along one axis', () => {
    expect(inspectModel(tileOfSet1(), 32).outputs[0]?.shape).to.deep.equal(['y.0', 'y.1']);
  });

  it('is checked before anything else, for any operator', () => {
    for (const op of 'Exp Sub Pow Min ReduceMean ReduceSum AveragePool Reshape Transpose Slice Pad Gather'.split(
      ' ',
    ))
      expect(() => inspectModel(modelOf(op, [], 17), 32), op).to.throw(OneirosError, 'not 0');
  });

  it('is limited to that of set 17 once a model is in set 17', () => {
    const reduced = (version: number) => normalizeOpset(modelOf('ReduceMax', ['x', ''], version));
    expect(() => reduced(18)).not.to.throw();
    expect(() => reduced(17)).to.throw(OneirosError, 'ReduceMax node "n": the operator takes 1 input, not 2');
    expect(() => normalizeOpset(modelOf('Pad', ['x', 'pads', '', 'axes'], 17))).to.throw(
      OneirosError,
      'takes at most 3 inputs, not 4',
    );
  });
});

function tileOfSet1(): Model {
  const { graph, ...rest } = modelOf('Tile', ['x', 'repeats', 'axis'], 1);
  const initializers = new Map<string, Tensor>([
    ['x', float32(new Float32Array(6), [2, 3])],
    ['repeats', int64([2])],
    ['axis', int64([1])],
  ]);
  return { ...rest, graph: { ...graph, inputs: [], initializers } };
}
