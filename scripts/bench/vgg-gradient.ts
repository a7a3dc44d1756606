// Times a gradient against the forward pass: VGG-19 to relu5_1 with random weights, and the gradient of a mean square
// with respect to the image. They alternate in one run; only the ratios are meaningful.
//
//   npm run bench vgg-gradient -- [size = 256] [rounds = 7]
import { Builder, encodeModel, grad } from '../../lib/api/onnx.js';
import { float32, openSession, random, type Session, type Tensor } from '../../lib/api/runtime.js';

const [size = 256, rounds = 7] = process.argv.slice(2).map(Number);
const blocks = [
  { width: 64, convolutions: 2 },
  { width: 128, convolutions: 2 },
  { width: 256, convolutions: 4 },
  { width: 512, convolutions: 4 },
  { width: 512, convolutions: 1 },
];

const model = vggLike();
await using forward = await openSession(encodeModel(model), { isolation: 'none' });
await using gradient = await openSession(encodeModel(grad(model, { loss: 'loss', wrt: ['image'] })), {
  isolation: 'none',
});
const image = noise([1, 3, size, size], 1);
const times: Record<'forward' | 'gradient', number[]> = { forward: [], gradient: [] };
for (let i = 0; i < rounds; i++) {
  times.forward.push(await milliseconds(forward, { image }));
  times.gradient.push(await milliseconds(gradient, { image }));
}
const [f, g] = [median(times.forward), median(times.gradient)];
console.log(
  `${size}²: forward ${f.toFixed(0)} ms, with its gradient ${g.toFixed(0)} ms, ratio ${(g / f).toFixed(2)}`,
);

function vggLike() {
  const b = new Builder();
  let x = b.input('image', 'float32', [1, 3, 'height', 'width']);
  let channels = 3;
  for (const [i, { width, convolutions }] of blocks.entries()) {
    if (i > 0) x = b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    for (let j = 0; j < convolutions; j++) {
      const kernel = b.constant(noise([width, channels, 3, 3], Math.sqrt(2 / (9 * channels))));
      x = b.relu(b.op('Conv', [x, kernel, b.constant(noise([width], 0.1))], { pads: [1, 1, 1, 1] }));
      channels = width;
    }
  }
  b.output(b.mean(b.square(x)), 'loss');
  return b.model();
}

function noise(dims: readonly number[], scale: number): Tensor {
  const r = random(dims.length + (dims[1] ?? 0));
  const length = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    Float32Array.from({ length }, () => scale * r.normal()),
    dims,
  );
}

async function milliseconds(session: Session, feeds: Readonly<Record<string, Tensor>>): Promise<number> {
  const start = performance.now();
  await session.run(feeds);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
