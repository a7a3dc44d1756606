// The gradient with respect to a 3×3 kernel, in each form that it can be expressed in: what lib/autodiff/rules/kernel.ts
// is chosen by.
import { Builder, encodeModel, grad, type Model, type Value } from '../../lib/api/onnx.js';
import { float32, openSession, random, type Tensor } from '../../lib/api/runtime.js';
import { sizeOf } from '../../lib/tensor/tensor.js';
import type { Bench } from './frame/bench.js';
import { type Case, type Contender, contender, timed } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';

const batch = 4;
const kernel = 3;

interface Shapes {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
}

const forms: Readonly<Record<string, (shapes: Shapes) => Model>> = {
  oneiros: derived,
  'k² products': (shapes) => written(shapes, products),
  im2col: (shapes) => written(shapes, columns),
  'one Conv': (shapes) => written(shapes, oneConvolution),
};

function kernelGradient(inputs: number, outputs: number, size: number, quick = false): Case {
  return {
    name: `3×3 kernel, ${inputs} → ${outputs} channels, ${size}²`,
    quick,
    tolerance: 1e-4,
    async open(bench) {
      const shapes = { inputs, outputs, size };
      const opened: Contender[] = [];
      for (const [name, form] of Object.entries(forms))
        opened.push(await open(name, form(shapes), shapes, bench));
      const job = { task: 'kernel.gradient', batch, side: kernel, ...shapes };
      return [...opened, ...(await bench.peers(job, { PyTorch: {} }))];
    },
  };
}

async function open(name: string, model: Model, { inputs, outputs, size }: Shapes, bench: Bench) {
  const session = await openSession(encodeModel(model), bench.placement);
  const feeds = { image: noise([batch, inputs, size, size], 1), dy: noise([batch, outputs, size, size], 2) };
  const run = async () => {
    const { dw } = await session.run(feeds);
    return dw?.dtype === 'float32' ? summary(dw.data) : [];
  };
  return contender(
    name,
    () => timed(run),
    () => session.dispose(),
  );
}

/** A norm, and a sum that changes if elements change places. */
function summary(data: Float32Array): readonly number[] {
  const squares = data.map((value) => value * value);
  const total = squares.reduce((sum, square) => sum + square, 0);
  return [Math.sqrt(total), squares.reduce((sum, square, i) => sum + i * square, 0) / total];
}

/** The form that `grad` derives for a convolution. */
function derived({ inputs, outputs, size }: Shapes): Model {
  const b = new Builder();
  const image = b.input('image', 'float32', [batch, inputs, size, size]);
  const w = b.input('w', 'float32', [outputs, inputs, kernel, kernel]);
  b.output(b.op('Conv', [image, w], { pads: [1, 1, 1, 1] }), 'y');
  const model = grad(b.model(), { outputs: ['y'], wrt: ['w'], keepOutputs: [] });
  const [cotangent] = model.graph.inputs.filter(({ name }) => name === 'd_y');
  if (cotangent === undefined) throw new Error('the gradient takes no cotangent');
  // Rename values as in the other forms, and drop the kernel as an input, since the gradient does not depend on it.
  const renamed = (name: string) => (name === 'd_y' ? 'dy' : name === 'd_w' ? 'dw' : name);
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
  }));
  const rename = <T extends { readonly name: string }>(info: T) => ({ ...info, name: renamed(info.name) });
  const graph = {
    ...model.graph,
    nodes,
    inputs: model.graph.inputs.filter(({ name }) => name !== 'w').map(rename),
    outputs: model.graph.outputs.map(rename),
  };
  return { ...model, graph };
}

type Written = (b: Builder, image: Value, dy: Value, shapes: Shapes) => Value;

function written(shapes: Shapes, form: Written): Model {
  const { inputs, outputs, size } = shapes;
  const b = new Builder();
  const image = b.input('image', 'float32', [batch, inputs, size, size]);
  const dy = b.input('dy', 'float32', [batch, outputs, size, size]);
  b.output(form(b, image, dy, shapes), 'dw');
  return b.model();
}

/** The inputs under the kernel at each of its positions: N × C × pixels. */
function seen(b: Builder, image: Value, { size }: Shapes): readonly Value[] {
  const padded = b.pad(image, [0, 0, 1, 1, 0, 0, 1, 1]);
  return Array.from({ length: kernel ** 2 }, (_, at) => {
    const start = [Math.floor(at / kernel), at % kernel];
    const end = start.map((from) => from + size);
    return b.reshape(b.slice(padded, [2, 3], start, end), [0, 0, -1]);
  });
}

function products(b: Builder, image: Value, dy: Value, shapes: Shapes): Value {
  const rows = b.reshape(dy, [0, 0, -1]);
  const each = seen(b, image, shapes).map((columns) =>
    b.unsqueeze(b.sum(b.matmul(rows, b.swap(columns)), [0], false), [2]),
  );
  return b.reshape(b.concat(each, 2), [0, 0, kernel, kernel]);
}

function columns(b: Builder, image: Value, dy: Value, shapes: Shapes): Value {
  const all = b.concat(seen(b, image, shapes), 1);
  const product = b.sum(b.matmul(b.reshape(dy, [0, 0, -1]), b.swap(all)), [0], false);
  const apart = b.reshape(product, [shapes.outputs, kernel, kernel, shapes.inputs]);
  return b.transpose(apart, [0, 3, 1, 2]);
}

/** Images as channels, channels as images, dy as a kernel as large as the image. */
function oneConvolution(b: Builder, image: Value, dy: Value): Value {
  const exchanged = (x: Value) => b.transpose(x, [1, 0, 2, 3]);
  return exchanged(b.op('Conv', [exchanged(image), exchanged(dy)], { pads: [1, 1, 1, 1] }));
}

function noise(dims: readonly number[], seed: number): Tensor {
  const stream = random(seed);
  return float32(
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
    dims,
  );
}

await runSuite('Gradients with respect to a kernel', [
  kernelGradient(1, 16, 256),
  kernelGradient(16, 16, 256),
  kernelGradient(32, 16, 256),
  kernelGradient(32, 32, 128, true),
  kernelGradient(64, 64, 64),
  kernelGradient(128, 128, 32),
  kernelGradient(256, 256, 16),
]);
