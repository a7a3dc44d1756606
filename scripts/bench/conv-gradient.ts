// Times the gradient with respect to a 3×3 kernel, in each form that it can be expressed in, and in PyTorch. The forms
// run alternately, so that ratios are valid on a busy machine. Prints medians in milliseconds; each form is first
// compared with the one that `grad` derives.
//
//   npm run bench conv-gradient -- [rounds = 7] [threads = 2]
//
// PYTHON names an interpreter with torch; the default is python3. Without torch, the column stays empty.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Builder, encodeModel, grad, type Model, type Value } from '../../lib/api/onnx.js';
import { float32, openSession, random, type Tensor } from '../../lib/api/runtime.js';

const [rounds = 7, threads = 2] = process.argv.slice(2).map(Number);
const batch = 4;
const kernel = 3;
/** Channels in and out, and the image's side. */
const layers = [
  [1, 16, 256],
  [16, 16, 256],
  [32, 16, 256],
  [32, 32, 128],
  [64, 64, 64],
  [128, 128, 32],
  [256, 256, 16],
] as const;

interface Shapes {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
}

type Form = (shapes: Shapes) => Model;
const forms: Readonly<Record<string, Form>> = {
  grad: derived,
  'k² products': (shapes) => written(shapes, products),
  im2col: (shapes) => written(shapes, columns),
  'one Conv': (shapes) => written(shapes, oneConvolution),
};

/** PyTorch in a separate process; NaN if it is not installed. */
class Torch {
  readonly #child = spawn(
    process.env['PYTHON'] ?? 'python3',
    [fileURLToPath(new URL('conv-gradient.py', import.meta.url))],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  constructor() {
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
  }

  async run(shapes: Shapes): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify({ ...shapes, batch, kernel, threads })}\n`);
    const line: IteratorResult<string, unknown> = await this.#lines.next();
    return line.done === true ? NaN : Number(line.value);
  }

  end(): void {
    this.#child.stdin.end();
  }
}

const torch = new Torch();
console.log(['in  out  size', ...Object.keys(forms), 'PyTorch'].map((title) => title.padStart(13)).join(''));
for (const [inputs, outputs, size] of layers) {
  const shapes = { inputs, outputs, size };
  const feeds = {
    image: noise([batch, inputs, size, size], 1),
    dy: noise([batch, outputs, size, size], 2),
  };
  const runs = new Map<string, (() => Promise<number>)[]>();
  const expected = await once(derived(shapes), feeds);
  for (const [name, form] of Object.entries(forms)) {
    const model = form(shapes);
    requireEqual(name, await once(model, feeds), expected);
    const session = await openSession(encodeModel(model), { isolation: 'none', threads });
    const run = async () => {
      const start = performance.now();
      await session.run(feeds);
      return performance.now() - start;
    };
    runs.set(name, [run, () => session.dispose().then(() => 0)]);
  }
  const times = new Map([...runs.keys(), 'PyTorch'].map((name) => [name, new Array<number>()]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, [run]] of runs) times.get(name)!.push(await run!());
    times.get('PyTorch')!.push(await torch.run(shapes));
  }
  for (const [, [, dispose]] of runs) await dispose!();
  const cells = [...times.values()].map((each) => median(each).toFixed(1).padStart(13));
  console.log(`${inputs} → ${outputs}, ${size}²`.padStart(13) + cells.join(''));
}
torch.end();

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

async function once(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  await using session = await openSession(encodeModel(model), { isolation: 'none', threads });
  const { dw } = await session.run(feeds);
  if (dw === undefined) throw new Error('the session returned no gradient');
  return dw;
}

function requireEqual(name: string, { data }: Tensor, { data: expected }: Tensor): void {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (Number(data[i]) - Number(expected[i])) ** 2;
    norm += Number(expected[i]) ** 2;
  }
  if (!(Math.sqrt(difference / norm) < 1e-4)) throw new Error(`"${name}" computes a different gradient`);
}

function noise(dims: readonly number[], seed: number): Tensor {
  const r = random(seed);
  const length = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    Float32Array.from({ length }, () => r.normal()),
    dims,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
