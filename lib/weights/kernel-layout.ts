import { OneirosError } from '../base/errors.js';
import { rowMajor, toRowMajor } from './strided.js';
import { quoted, type StoredTensor, tensorOver } from './weights.js';

/**
 * The layout of a kernel in frameworks that put channels last:
 * - `hwio`    a convolution's [height, width, inputs, outputs]
 * - `io`      a dense layer's [inputs, outputs]
 * - `{ hwc }` a dense layer's [inputs, outputs], where the inputs are a flattened picture of height × width × channels
 */
export type Arrangement = 'hwio' | 'io' | { readonly hwc: readonly [number, number, number] };

/**
 * The kernel in the layout of PyTorch and ONNX: [outputs, inputs, height, width], or [outputs, inputs] where the inputs
 * are a flattened picture of channels × height × width.
 * @throws OneirosError `bad-input` if the tensor's dimensions do not fit the arrangement
 */
export function arrange(name: string, stored: StoredTensor, arrangement: Arrangement): StoredTensor {
  const { dtype } = stored;
  const { dims, reordered, order } = plan(name, stored.dims, arrangement);
  const strides = rowMajor(dims);
  return {
    dtype,
    dims: reordered,
    async load() {
      const { data } = await stored.load();
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const axes = { dims: order.map((axis) => dims[axis]!), strides: order.map((axis) => strides[axis]!) };
      return tensorOver(dtype, toRowMajor(dtype, bytes, axes.dims, axes.strides), reordered);
    },
  };
}

interface Plan {
  /** The dimensions that the stored elements are viewed with. */
  readonly dims: readonly number[];
  /** The permutation of these axes. */
  readonly order: readonly number[];
  /** The dimensions of the result. */
  readonly reordered: readonly number[];
}

function plan(name: string, found: readonly number[], arrangement: Arrangement): Plan {
  const [a = 0, b = 0, c = 0, d = 0] = found;
  if (arrangement === 'hwio' && found.length === 4)
    return { dims: found, order: [3, 2, 0, 1], reordered: [d, c, a, b] };
  if (arrangement === 'io' && found.length === 2) return { dims: found, order: [1, 0], reordered: [b, a] };
  if (typeof arrangement === 'object' && found.length === 2) {
    const [height, width, channels] = arrangement.hwc;
    if (height * width * channels === a)
      return { dims: [height, width, channels, b], order: [3, 2, 0, 1], reordered: [b, a] };
  }
  const expected = typeof arrangement === 'object' ? `[${arrangement.hwc.join('·')}, outputs]` : arrangement;
  throw new OneirosError(
    'bad-input',
    `the weight ${quoted(name)} has dimensions [${found.join(', ')}], expected ${expected}`,
  );
}
