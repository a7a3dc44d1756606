import { expect } from 'chai';

import { vgg19 } from '../../lib/models/classifiers/vgg19.js';
import { inspectModel } from '../../lib/models/inspect.js';
import { VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { zeros } from '../../lib/tensor/tensor.js';
import type { Weights } from '../../lib/weights/weights.js';

const constant = (b: Builder, ...dims: readonly number[]) => b.constant(zeros('float32', dims));

describe('inspectModel', () => {
  it('counts the parameters and multiply-adds of layers', () => {
    const b = new Builder();
    const x = b.input('image', 'float32', ['batch', 3, 'height', 'width']);
    const kernel = constant(b, 4, 3, 3, 3);
    const once = b.op(
      'Conv',
      [x, kernel, constant(b, 4)],
      { strides: [2, 2], pads: [1, 1, 1, 1] },
      { name: 'down' },
    );
    const up = b.op('ConvTranspose', [once, constant(b, 4, 2, 2, 2)], { strides: [2, 2] }, { name: 'up' });
    const scaled = b.op('Mul', [up, b.scalar(0.5, 'float32')], {}, { name: 'scaled' });
    const row = b.reshape(scaled, [1, 512]);
    b.output(b.op('MatMul', [row, constant(b, 512, 10)], {}, { name: 'dense' }), 'scores');
    const { layers, operators, parameters, multiplyAdds, inputs, outputs } = inspectModel(b.model(), 16);
    expect(layers.filter((layer) => layer.multiplyAdds !== 0)).to.deep.equal([
      // 3·3·3 products for each of 4·8·8 numbers
      { name: 'down', op: 'Conv', shape: [1, 4, 8, 8], parameters: 112, multiplyAdds: 27 * 256 },
      // each of 4·8·8 numbers is used 2·2·2 times
      { name: 'up', op: 'ConvTranspose', shape: [1, 2, 16, 16], parameters: 32, multiplyAdds: 8 * 256 },
      { name: 'dense', op: 'MatMul', shape: [1, 10], parameters: 5120, multiplyAdds: 5120 },
    ]);
    expect(operators).to.deep.equal({
      Conv: 1,
      ConvTranspose: 1,
      Mul: 1,
      Reshape: 1,
      MatMul: 1,
      Identity: 1,
    });
    expect(parameters).to.equal(112 + 32 + 5120);
    expect(multiplyAdds).to.equal(27 * 256 + 8 * 256 + 5120);
    expect(inputs).to.deep.equal([{ name: 'image', type: 'float32', shape: [1, 3, 16, 16] }]);
    expect(outputs[0]?.name).to.equal('scores');
  });

  it('counts shared weights once, and no fixed constants', () => {
    const b = new Builder();
    const x = b.input('image', 'float32', [1, 2, 4, 4]);
    const kernel = constant(b, 2, 2, 1, 1);
    b.output(b.op('Conv', [b.op('Conv', [x, kernel]), kernel]), 'twice');
    expect(inspectModel(b.model(), 1).parameters).to.equal(4);
  });

  it('accepts a node with 100,000 inputs without a stack overflow', () => {
    const b = new Builder();
    const x = b.op('Sigmoid', [b.input('x', 'float32', [1, 1])]);
    b.output(b.op('Concat', new Array<Value>(100_000).fill(x), { axis: 1 }), 'y');
    const [output] = inspectModel(b.model(), 1).outputs;
    expect(output).to.deep.include({ shape: [1, 100_000], activation: 'sigmoid' });
  });

  it('finds the 143,667,240 parameters and 19.6 billion multiply-adds of VGG-19', async () => {
    const widths = [64, 64, 128, 128, ...Array<number>(4).fill(256), ...Array<number>(8).fill(512)];
    const dense = new Map<string, readonly number[]>([
      ['fc6', [4096, 25088]],
      ['fc7', [4096, 4096]],
      ['fc8', [1000, 4096]],
    ]);
    const names = vgg19.stages.flatMap(({ learned }) => learned);
    const weights: Weights = new Map(
      names.flatMap((name, i) => {
        const dims = dense.get(name) ?? [widths[i] ?? 0, widths[i - 1] ?? 3, 3, 3];
        return [stored(`${name}.weight`, dims), stored(`${name}.bias`, dims.slice(0, 1))];
      }),
    );
    const { model } = await VGG19.load({ weights, metadata: {} });
    const { parameters, multiplyAdds } = inspectModel(model, 224);
    expect(parameters).to.equal(143_667_240);
    expect(multiplyAdds / 1e9).to.be.closeTo(19.6, 0.05);
  });
});

/** Zeros that are allocated when they are loaded. */
function stored(name: string, dims: readonly number[]) {
  const load = () => Promise.resolve(zeros('float32', dims));
  return [name, { dtype: 'float32', dims, load }] as const;
}
