import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { unknown } from '../../../lib/onnx/facts/facts.js';
import { attributes } from '../../../lib/onnx/graph/attributes.js';
import { inferNode } from '../../../lib/onnx/shapes/infer.js';
import { float32, int64, tensor } from '../../../lib/tensor/tensor.js';
import { type Case, constant, data, input, ints, itRefuses, type Operand, weights } from './harness.js';

/** A vector that is an input: its elements are not known before the run, its length is. */
function vector(length: number): Operand {
  return input(int64(Array<number>(length).fill(1)));
}

function floats(length: number): Operand {
  return input(float32(new Float32Array(length).fill(1), [length]));
}

function refused(
  op: string,
  operands: readonly (Operand | null)[],
  words: RegExp,
  rest: Partial<Case> = {},
): readonly [Case, RegExp] {
  return [{ op, operands, ...rest }, words];
}

const picture = data(1, 3, 8, 8);

describe('ranks and lengths that an operator requires of its inputs and attributes', () => {
  describe('of images', () => {
    itRefuses(
      ['strides', 'dilations', 'kernel_shape'].flatMap((name) => [
        refused('Conv', [picture, weights(4, 3, 3, 3)], new RegExp(`${name} must have 2 numbers, not 3`), {
          attributes: { [name]: [1, 1, 1] },
        }),
        refused('MaxPool', [picture], new RegExp(`${name} must have 2 numbers, not 3`), {
          attributes: { kernel_shape: [3, 3], ...{ [name]: [1, 1, 1] } },
        }),
      ]),
    );
    itRefuses([
      refused('MaxPool', [picture], /pads must have 4 numbers, not 6/, {
        attributes: { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', pads: [0, 0, 0, 0, 0, 0] },
      }),
      refused('ConvTranspose', [picture, weights(3, 4, 3, 3)], /output_padding must have 2 numbers, not 1/, {
        attributes: { output_padding: [1] },
      }),
      refused('ConvTranspose', [picture, weights(3, 4, 3, 3)], /output_shape must have 2 or 4 numbers/, {
        attributes: { output_shape: [9, 9, 9] },
      }),
      refused('Resize', [picture, null, null, vector(3)], /input 3 must have 4 elements, not 3/),
      refused('Upsample', [picture], /scales must have 4 numbers, not 2/, {
        attributes: { scales: [1, 2] },
        opset: 7,
      }),
      refused(
        'MaxUnpool',
        [data(1, 3, 2, 2), input(int64(Array<number>(12).fill(0), [1, 3, 2, 2])), vector(3)],
        /input 2 must have 4/,
        {
          attributes: { kernel_shape: [2, 2] },
        },
      ),
      refused('Col2Im', [data(1, 4, 16), ints(5, 5), ints(2, 2)], /strides must have 2 numbers, not 1/, {
        attributes: { strides: [1] },
        opset: 18,
      }),
      refused('GridSample', [picture, data(7, 2, 2, 2)], /pictures and grids: 1 is not 7/),
      refused('MaxRoiPool', [picture, data(5, 2)], /must have the shape \[\?, 5\]/, {
        attributes: { pooled_shape: [2, 2] },
      }),
      refused('RoiAlign', [picture, data(5, 4), vector(6)], /input 2 must have 5 elements, not 6/),
      refused('NonMaxSuppression', [data(1, 5, 2), data(1, 1, 5), vector(1)], /\[\?, \?, 4\]/),
      refused('CenterCropPad', [picture, vector(3)], /input 1 must have 4 elements/, { opset: 18 }),
      refused('AffineGrid', [data(1, 2, 3), vector(5)], /input 1 must have 4 elements/, { opset: 20 }),
    ]);
  });

  describe('of operators that move elements', () => {
    itRefuses([
      refused('Pad', [picture, vector(3)], /input 1 must have 8 elements, not 3/),
      refused('Tile', [picture, vector(3)], /input 1 must have 4 elements, not 3/),
      refused('Slice', [picture, vector(1), vector(2), vector(1)], /input 2 must have 1 elements, not 2/),
      refused('Slice', [picture, vector(5), vector(5)], /5 starts for 4 axes/),
      refused('Split', [data(4, 4), vector(3)], /input 1 must have 2 elements, not 3/, { outputs: 2 }),
      refused('TopK', [picture, vector(2)], /input 1 must have one element/, { outputs: 2 }),
      refused('Trilu', [data(3, 3), vector(2)], /input 1 must have one element/),
      refused('Range', [vector(2), ints(1), ints(1)], /input 0 must have one element/),
      refused(
        'OneHot',
        [vector(2), constant(int64([3], [])), floats(3)],
        /input 2 must have 2 elements, not 3/,
      ),
      refused('GatherElements', [picture, input(int64([0, 0, 0, 0], [2, 2]))], /4 is not 2/),
      refused('GatherElements', [data(2, 2), input(int64([0, 0, 0], [1, 3]))], /size 3 along axis 1, data 2/),
      refused(
        'ScatterElements',
        [data(2, 2), input(int64([0, 0], [1, 2])), data(1, 1)],
        /input 2 must have the shape \[1, 2\], not \[1, 1\]/,
      ),
      refused('ScatterND', [data(2, 2), input(int64([0, 1], [2, 1])), data(1, 2)], /\[2, 2\], not \[1, 2\]/),
      refused('GatherND', [data(2, 2), vector(3)], /reach beyond 2 axes/),
      refused('ReverseSequence', [data(3, 2), vector(3)], /input 1 must have 2 elements, not 3/),
      refused('Expand', [data(2, 2), input(int64([1, 1], [1, 2]))], /input 1 must have 1 axes/),
      refused('ConstantOfShape', [vector(2)], /value has 2 elements, not 1/, {
        attributes: { value: float32([1, 2]) },
      }),
    ]);
  });

  describe('of operators with parameters', () => {
    itRefuses([
      refused('BatchNormalization', [picture, weights(3, 1), weights(3), weights(3), weights(3)], /input 1/),
      refused('InstanceNormalization', [picture, weights(3), weights(3, 1)], /input 2 must have 1 axes/),
      refused('LayerNormalization', [picture, weights(3)], /\[3\] does not broadcast to \[1, 3, 8, 8\]/),
      refused('GroupNormalization', [picture, weights(2), weights(3)], /input 1 and channels: 2 is not 3/, {
        attributes: { num_groups: 3 },
        opset: 18,
      }),
      refused('Softmax', [data(2, 2)], /axis 9 is out of range/, { attributes: { axis: 9 } }),
      refused('LpNormalization', [data(2, 2)], /axis -3 is out of range/, { attributes: { axis: -3 } }),
      refused('Clip', [data(2, 2), floats(3)], /input 1 must have one element/),
      refused('CumSum', [data(2, 2), vector(2)], /input 1 must have one element/),
      refused('Det', [data(3, 2)], /rows and columns: 3 is not 2/),
      refused(
        'DequantizeLinear',
        [input(tensor('uint8', new Uint8Array(6), [2, 3])), weights(2)],
        /numbers of the scale and size of its axis: 2 is not 3/,
      ),
      refused('NegativeLogLikelihoodLoss', [data(2, 3), input(int64([2, 2])), weights(1)], /must have 3/),
      ...[
        ['GRU', 3],
        ['LSTM', 4],
        ['RNN', 1],
      ].flatMap(([op, gates]) => [
        refused(
          String(op),
          [data(2, 3, 3), weights(1, Number(gates) * 5, 4), weights(1, Number(gates) * 5, 5)],
          /input 1 must have the shape/,
          { attributes: { hidden_size: 5 } },
        ),
        refused(
          String(op),
          [data(2, 3, 3), weights(1, Number(gates) * 5, 3), weights(1, Number(gates) * 5, 5), weights(1, 7)],
          /input 3 must have the shape/,
          { attributes: { hidden_size: 5 } },
        ),
      ]),
    ]);
  });

  // These crash the process in ONNX Runtime 1.30, so its refusal cannot be compared.
  it('are checked where ONNX Runtime writes beyond its stack: more scales than axes, a negative batch_dims', () => {
    const facts = (operand: Operand) => ({
      ...unknown,
      type: { dtype: operand.tensor.dtype, shape: operand.tensor.dims },
    });
    const infer = (op: string, operands: readonly (Operand | null)[], given = {}) =>
      inferNode(
        {
          name: 'tested',
          op,
          domain: '',
          inputs: operands.map((operand, i) => (operand === null ? '' : `input${i}`)),
          outputs: ['y'],
          attributes: attributes(given),
        },
        operands.map((operand) => (operand === null ? unknown : facts(operand))),
      );
    expect(() => infer('Resize', [picture, null, floats(3000)])).to.throw(
      OneirosError,
      'input 2 must have 4 elements, not 3000',
    );
    expect(() => infer('Resize', [picture, floats(5)])).to.throw(
      OneirosError,
      'input 1 must have 4 elements',
    );
    expect(() => infer('Upsample', [picture, floats(5)])).to.throw(OneirosError, 'input 1 must have 4');
    expect(() => infer('GatherND', [picture, vector(1)], { batch_dims: -2 })).to.throw(
      OneirosError,
      'batch_dims must be at least 0 and below 1, not -2',
    );
  });
});
