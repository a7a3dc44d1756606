import { file, norm } from './files.js';
import type { PageCase, PageContender } from './main.js';

/** A layer of the network, for TensorFlow.js. */
export type PageLayer = { readonly kind: 'pool' | 'relu' } | PageConvolution;

interface PageConvolution {
  readonly kind: 'conv';
  /** Height, width, input channels, output channels. */
  readonly shape: readonly [number, number, number, number];
  /** Where the kernel begins in weights.f32, counted in elements; its biases follow it. */
  readonly at: number;
}

interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** The part of TensorFlow.js that is used here; it is fetched for a run and not installed. */
interface TensorFlow {
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: number): TfTensor;
  square(x: TfTensor): TfTensor;
  mean(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  conv2d(x: TfTensor, kernel: TfTensor, strides: number, pad: 'same'): TfTensor;
  maxPool(x: TfTensor, size: number, strides: number, pad: 'valid'): TfTensor;
  valueAndGrad(f: (x: TfTensor) => TfTensor): (x: TfTensor) => { value: TfTensor; grad: TfTensor };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  readonly wasm: { setWasmPaths(folder: string): void; setThreadsCount(threads: number): void };
}

declare global {
  interface Window {
    tf: TensorFlow;
  }
}

const packages = '/packages/@tensorflow';

/** The same network and loss in TensorFlow.js on its WebAssembly backend. */
export async function openTensorFlow({ size, threads, layers }: PageCase): Promise<PageContender> {
  await addScript(`${packages}/tfjs/dist/tf.min.js`);
  await addScript(`${packages}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = window;
  tf.wasm.setWasmPaths(`${packages}/tfjs-backend-wasm/dist/`);
  tf.wasm.setThreadsCount(threads);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no WebAssembly backend here');
  await tf.ready();
  const steps = stepsOf(tf, layers, new Float32Array(await file('weights.f32')));
  const image = tf.tensor(channelsLast(new Float32Array(await file(`picture-${size}.f32`)), size), [
    1,
    size,
    size,
    3,
  ]);
  const loss = (x: TfTensor) =>
    tf.mul(tf.mean(tf.square(steps.reduce((value, step) => step(value), x))), 0.5);
  const differentiate = tf.valueAndGrad(loss);
  return {
    async run() {
      const start = performance.now();
      const { value, grad } = differentiate(image);
      const [[first = NaN], gradient] = await Promise.all([value.data(), grad.data()]);
      const milliseconds = performance.now() - start;
      value.dispose();
      grad.dispose();
      return [milliseconds, first, norm(gradient)];
    },
    dispose: () => {
      image.dispose();
      return Promise.resolve();
    },
  };
}

type Step = (x: TfTensor) => TfTensor;

function stepsOf(tf: TensorFlow, layers: readonly PageLayer[], weights: Float32Array): readonly Step[] {
  return layers.map((layer): Step => {
    if (layer.kind === 'conv') return convolution(tf, layer, weights);
    return layer.kind === 'relu' ? (x) => tf.relu(x) : (x) => tf.maxPool(x, 2, 2, 'valid');
  });
}

function convolution(tf: TensorFlow, { shape, at }: PageConvolution, weights: Float32Array): Step {
  const end = at + shape.reduce((product, side) => product * side, 1);
  const kernel = tf.tensor(weights.slice(at, end), shape);
  const bias = tf.tensor(weights.slice(end, end + shape[3]), [shape[3]]);
  return (x) => tf.add(tf.conv2d(x, kernel, 1, 'same'), bias);
}

/** From channels × height × width to height × width × channels. */
function channelsLast(planes: Float32Array, size: number): Float32Array {
  const pixels = size * size;
  return planes.map((_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)]!);
}

function addScript(address: string): Promise<void> {
  const script = document.createElement('script');
  script.src = address;
  return new Promise((resolve, reject) => {
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${address} could not be loaded`));
    document.head.append(script);
  });
}
