import { expect } from 'chai';

import { grad } from '../../../lib/autodiff/grad.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { float } from '../../../lib/onnx/graph/attributes.js';
import type { Model, Shape } from '../../../lib/onnx/graph/graph.js';
import { type FormName, formNames } from '../../../lib/onnx/lowering/form-names.js';
import { lowerModel } from '../../../lib/onnx/lowering/lower.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, type Tensor } from '../../../lib/tensor/tensor.js';
import { expectSame } from '../run.js';

type Operation = (b: Builder, x: Value) => Value;

describe('lowerModel', () => {
  describe('computes the same, with sizes known and open', () => {
    for (const [size, pads] of [
      [
        [16, 16],
        [1, 1, 1, 1],
      ],
      [
        [13, 18],
        [1, 1, 1, 1],
      ],
      [
        [9, 7],
        [0, 2, 1, 0],
      ],
      [
        [10, 10],
        [0, 0, 0, 0],
      ],
    ] as const)
      same(`winograd ${size.join('×')}, pads ${pads.join()}`, 'winograd', [1, 128, ...size], (b, x) =>
        b.op('Conv', [x, weights(b, [130, 128, 3, 3]), weights(b, [130])], { pads: [...pads] }),
      );
    same('LRN', 'local-response', [2, 16, 6, 7], (b, x) => responseOf(b, x, 0.75));
    same('LRN with a power that roots do not give', 'local-response', [2, 16, 6, 7], (b, x) =>
      responseOf(b, x, 0.6),
    );
    for (const exponent of [0.25, 0.5, 0.75, -0.25, -0.5, -0.75])
      same(`x^${exponent}`, 'power-as-roots', [3, 5], (b, x) => b.pow(b.add(b.square(x), 0.1), exponent));
    same('a choice', 'masked-product', [3, 5], (b, x) => b.where(b.greater(x, 0), x, 0));
    same('a choice of zero', 'masked-product', [3, 5], (b, x) => b.where(b.greater(x, 0), 0, x));
  });

  it('computes the same gradient of pools, LRN and strided convolutions', async () => {
    for (const shape of [
      [2, 16, 12, 14],
      ['n', 16, 'h', 'w'],
    ]) {
      const model = gradientOf(shape, (b, x) => {
        const strided = b.op('Conv', [x, weights(b, [16, 16, 7, 7])], {
          strides: [2, 2],
          pads: [3, 3, 3, 3],
        });
        const pooled = b.op('MaxPool', [b.relu(strided)], {
          kernel_shape: [3, 3],
          strides: [2, 2],
          ceil_mode: 1,
        });
        return responseOf(b, pooled, 0.75);
      });
      const lowered = lowerModel(model, 'cpu', { finiteInputs: true });
      const operators = lowered.graph.nodes.map(({ op }) => op);
      for (const op of ['AveragePool', 'LRN', 'Pow', 'Where']) expect(operators).not.to.include(op);
      await expectSame(model, lowered, { x: noise([2, 16, 12, 14], 1) }, 1e-5);
    }
  });

  it('computes the same gradient of a wide convolution, both ways by Winograd', async () => {
    const shape: Shape = [1, 96, 'h', 'w'];
    const model = gradientOf(shape, (b, x) =>
      b.tanh(b.op('Conv', [x, weights(b, [96, 96, 3, 3])], { pads: [1, 1, 1, 1] })),
    );
    const lowered = lowerModel(model, 'cpu', { forms: ['winograd'] });
    const wide = lowered.graph.nodes.filter(
      ({ op, inputs }) => op === 'Conv' && isKernel(inputs[1], lowered),
    );
    expect(wide).to.be.empty;
    await expectSame(model, lowered, { x: noise([1, 96, 9, 11], 1) }, 1e-5);
  });

  describe('leaves a model as it is', () => {
    const image: Shape = [1, 128, 8, 8];
    const convolution: Operation = (b, x) => b.op('Conv', [x, weights(b, [128, 128, 3, 3])]);

    it('if no form may be used, or none is faster there', () => {
      const model = modelOf(image, convolution);
      expect(lowerModel(model, 'cpu', { forms: [] })).to.equal(model);
      expect(lowerModel(model, 'coreml')).to.equal(model);
      expect(lowerModel(model, 'cpu')).not.to.equal(model);
    });

    it('of an operator set whose operators differ', () => {
      const model = { ...modelOf(image, convolution), opsets: new Map([['', 12]]) };
      expect(lowerModel(model, 'cpu')).to.equal(model);
    });

    it('where weights can change, or a convolution is of another kind', () => {
      const model = modelOf(image, convolution);
      const [[name = '', kernel] = []] = model.graph.initializers;
      const inputs = [
        ...model.graph.inputs,
        { name, type: { dtype: 'float32', shape: kernel!.dims } as const },
      ];
      const replaceable = { ...model, graph: { ...model.graph, inputs } };
      expect(lowerModel(replaceable, 'cpu')).to.equal(replaceable);
      for (const settings of [{ strides: [2, 2] }, { dilations: [2, 2] }, { auto_pad: 'SAME_UPPER' }]) {
        const other = modelOf(image, (b, x) => b.op('Conv', [x, weights(b, [128, 128, 3, 3])], settings));
        expect(lowerModel(other, 'cpu')).to.equal(other);
      }
    });

    it('where a value may be infinite, so that a product with 0 would not be 0', () => {
      const model = modelOf([4], (b, x) => b.where(b.greater(x, 0), b.log(x), 0));
      expect(lowerModel(model, 'cpu', { finiteInputs: true })).to.equal(model);
      const given = modelOf([4], (b, x) => b.where(b.greater(x, 0), x, 0));
      expect(lowerModel(given, 'cpu')).to.equal(given);
    });

    it('where a constant of one element adds an axis, or the caller can replace it', () => {
      const wide = modelOf([4], (b, x) =>
        b.pow(b.square(x), b.constant(float32(Float32Array.of(0.5), [1, 1]))),
      );
      expect(lowerModel(wide, 'cpu')).to.equal(wide);
      const model = modelOf([4], (b, x) => b.pow(b.square(x), 0.5));
      const [[name = ''] = []] = model.graph.initializers;
      const inputs = [...model.graph.inputs, { name, type: { dtype: 'float32', shape: [] } as const }];
      const replaceable = { ...model, graph: { ...model.graph, inputs } };
      expect(lowerModel(model, 'cpu')).not.to.equal(model);
      expect(lowerModel(replaceable, 'cpu')).to.equal(replaceable);
    });

    it('where a power may be one of a negative number', () => {
      const model = modelOf([4], (b, x) => b.pow(x, 0.5));
      expect(lowerModel(model, 'cpu')).to.equal(model);
    });
  });
});

function same(name: string, form: FormName, dims: readonly number[], operation: Operation): void {
  it(name, async () => {
    expect(formNames).to.include(form);
    for (const shape of [dims, dims.map((size, axis) => (axis < 2 ? size : `size ${axis}`))]) {
      const model = modelOf(shape, operation);
      const lowered = lowerModel(model, 'cpu', { forms: [form], finiteInputs: true });
      expect(lowered).not.to.equal(model);
      await expectSame(model, lowered, { x: noise(dims, 1) }, 1e-5);
    }
  });
}

/** Whether a value is a kernel of as many channels as the convolution, and not one of the filters for tiles. */
function isKernel(name: string | undefined, { graph }: Model): boolean {
  return name !== undefined && graph.initializers.get(name)?.dims[1] !== 1;
}

function modelOf(shape: Shape, operation: Operation): Model {
  const b = new Builder();
  b.output(operation(b, b.input('x', 'float32', shape)), 'y');
  return b.model();
}

function gradientOf(shape: Shape, operation: Operation): Model {
  const b = new Builder();
  b.output(b.mean(b.square(operation(b, b.input('x', 'float32', shape)))), 'loss');
  return grad(b.model(), { loss: 'loss', wrt: ['x'], keepOutputs: [] });
}

function responseOf(b: Builder, x: Value, beta: number): Value {
  return b.op('LRN', [x], { size: 5, alpha: float(0.1), beta: float(beta), bias: float(1) });
}

function weights(b: Builder, dims: readonly number[]): Value {
  return b.constant(
    noise(dims, 2, 1 / Math.sqrt(dims.slice(1).reduce((product, size) => product * size, 1))),
  );
}

function noise(dims: readonly number[], seed: number, scale = 1): Tensor {
  const r = random(seed);
  const length = dims.reduce((product, size) => product * size, 1);
  return float32(
    Float32Array.from({ length }, () => scale * r.normal()),
    dims,
  );
}
