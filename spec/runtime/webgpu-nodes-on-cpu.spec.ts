import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';

import { Builder } from '../../lib/onnx/builder/builder.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import type { Node } from '../../lib/onnx/graph/graph.js';
import { placeUnsupported } from '../../lib/runtime/web/webgpu-nodes-on-cpu.js';
import { float32 } from '../../lib/tensor/tensor.js';

/** The nodes of a graph that are placed on the CPU. */
function keptFrom(build: (b: Builder) => void): readonly Node[] {
  const b = new Builder();
  build(b);
  const { model, onCpu } = placeUnsupported(encodeModel(b.model()));
  return decodeModel(model).graph.nodes.filter(({ name }) => onCpu.includes(name));
}

function convolution(inputs: number, outputs: number, kernel: number) {
  return (b: Builder) => {
    const x = b.input('x', 'float32', [1, inputs, 8, 8]);
    const dims = [outputs, inputs, kernel, kernel];
    const weight = float32(new Float32Array(outputs * inputs * kernel * kernel), dims);
    b.output(b.op('Conv', [x, b.constant(weight)]), 'y');
  };
}

describe('nodes that WebGPU cannot compute', () => {
  it('are placed on the CPU by name, without a change to the model', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [4, 9]);
    b.output(b.tanh(b.slice(x, [1], [7], [1], [-3])), 'y');
    b.output(b.slice(x, [1], [-1], [-10], [-1]), 'reversed');
    const bytes = encodeModel(b.model());
    const { model, onCpu } = placeUnsupported(bytes);
    expect(onCpu).to.have.length(1);
    expect(model).to.equal(bytes);
  });

  it('get a name if they have none', () => {
    const b = new Builder();
    b.output(b.slice(b.input('x', 'float32', [9]), [0], [7], [1], [-3]), 'y');
    const built = b.model();
    const nodes = built.graph.nodes.map((node) => ({ ...node, name: '' }));
    const { model, onCpu } = placeUnsupported(encodeModel({ ...built, graph: { ...built.graph, nodes } }));
    expect(onCpu).to.deep.equal(['on_cpu_0']);
    expect(decodeModel(model).graph.nodes.map(({ name }) => name)).to.include('on_cpu_0');
  });

  it('include max pooling with indices, and a convolution from 6 channels to 12', () => {
    const pool = (count: number) => (b: Builder) => {
      const x = b.input('x', 'float32', [1, 1, 8, 8]);
      const results = b.ops('MaxPool', [x], count, { kernel_shape: [2, 2] });
      results.forEach((result, i) => b.output(result, `y${i}`));
    };
    expect(keptFrom(pool(1))).to.have.length(0);
    expect(keptFrom(pool(2)).map(({ op }) => op)).to.deep.equal(['MaxPool']);
    expect(keptFrom(convolution(6, 12, 3)).map(({ op }) => op)).to.deep.equal(['Conv']);
    for (const [inputs, outputs, kernel] of [
      [3, 64, 3],
      [6, 12, 1],
      [6, 10, 3],
      [8, 12, 3],
      [12, 12, 3],
    ] as const)
      expect(keptFrom(convolution(inputs, outputs, kernel))).to.have.length(0);
  });

  it('include any in float64, which cause the whole model to be refused', () => {
    const build = () => keptFrom((b) => b.output(b.cast(b.input('x', 'float32', [2]), 'float64'), 'y'));
    expect(build).to.throw('in float64').with.property('code', 'unsupported');
  });

  it('do not cause any shipped model to be refused', async () => {
    const folder = join(import.meta.dirname, '../../onnx-models');
    const models = (await readdir(folder)).filter((name) => name.endsWith('.onnx'));
    expect(models).to.not.be.empty;
    for (const name of models) placeUnsupported(await readFile(join(folder, name)));
  });

  it('are not searched in a file that cannot be decoded', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(placeUnsupported(bytes)).to.deep.equal({ model: bytes, onCpu: [] });
  });
});
