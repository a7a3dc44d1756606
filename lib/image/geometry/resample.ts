/**
 * A one-dimensional resampling table. Output i is Σₖ weights[i·taps + k] · input[indices[i·taps + k]]. An image is
 * resized by one table along its rows, then one along its columns.
 */
export interface ResampleTable {
  readonly length: number;
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** A reconstruction kernel, even and zero at |x| ≥ support. */
export interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

export const triangle: Kernel = { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Keys' cubic convolution (IEEE ASSP 29(6), 1981) with the free parameter a. */
export function cubic(a: number): Kernel {
  return {
    support: 2,
    at(x) {
      const t = Math.abs(x);
      if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0;
    },
  };
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
export const lanczos3: Kernel = { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) };

/**
 * When downscaling, stretches the kernel over all input pixels of an output pixel, so that none is skipped (as PIL and
 * torchvision's `antialias=True`). Taps outside the image are dropped and the other weights rescaled.
 */
export function antialiased(kernel: Kernel, from: number, to: number): ResampleTable {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = kernel.support * stretch;
  return table(to, Math.ceil(reach) * 2 + 1, (i, add) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    for (let j = first; j < end; j++) add(j, kernel.at((j + 0.5 - center) / stretch));
  });
}

/** Samples the input at the output's pixel centers; the edge pixel repeats (torch, `align_corners=False`). */
export function interpolated(kernel: Kernel, from: number, to: number): ResampleTable {
  return table(to, kernel.support * 2, (i, add) => {
    const center = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(center) - kernel.support + 1;
    for (let j = first; j < first + 2 * kernel.support; j++)
      add(Math.min(from - 1, Math.max(0, j)), kernel.at(j - center));
  });
}

/** The input pixel whose center is nearest (torch's `nearest-exact`, PIL's NEAREST). */
export function nearestPixel(from: number, to: number): ResampleTable {
  return table(to, 1, (i, add) => add(Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)), 1));
}

/** The mean of the input pixels that the output pixel touches (torch's `area`: adaptive average pooling). */
export function touched(from: number, to: number): ResampleTable {
  return table(to, Math.ceil(from / to) + 1, (i, add) => {
    const end = Math.ceil(((i + 1) * from) / to);
    for (let j = Math.floor((i * from) / to); j < end; j++) add(j, 1);
  });
}

type Fill = (output: number, add: (input: number, weight: number) => void) => void;

function table(length: number, taps: number, fill: Fill): ResampleTable {
  const indices = new Int32Array(length * taps);
  const weights = new Float64Array(length * taps);
  for (let i = 0; i < length; i++) {
    let k = i * taps;
    let sum = 0;
    fill(i, (input, weight) => {
      indices[k] = input;
      weights[k++] = weight;
      sum += weight;
    });
    // Unused taps stay 0 · input[0]. The division normalizes the weights to sum 1.
    for (let j = i * taps; j < k; j++) weights[j]! /= sum;
  }
  return { length, taps, indices, weights };
}

/** Resamples every row of `width` values to `table.length` values. */
export function resampleRows(data: Float32Array, width: number, table: ResampleTable): Float32Array {
  const { length, taps, indices, weights } = table;
  const rows = data.length / width;
  const result = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    for (let i = 0, tap = 0; i < length; i++) {
      let sum = 0;
      for (let k = 0; k < taps; k++, tap++) sum += weights[tap]! * data[start + indices[tap]!]!;
      result[row * length + i] = sum;
    }
  }
  return result;
}

/** Resamples every column of `width`×`height` planes to `table.length` values. */
export function resampleColumns(
  data: Float32Array,
  width: number,
  height: number,
  table: ResampleTable,
): Float32Array {
  const { length, taps, indices, weights } = table;
  const channels = data.length / (width * height);
  const result = new Float32Array(channels * length * width);
  const sums = new Float64Array(width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < length; i++) {
      // Whole rows at a time, to read memory in order.
      sums.fill(0);
      for (let k = i * taps; k < (i + 1) * taps; k++) {
        const weight = weights[k]!;
        if (weight === 0) continue;
        const start = (c * height + indices[k]!) * width;
        for (let x = 0; x < width; x++) sums[x]! += weight * data[start + x]!;
      }
      result.set(sums, (c * length + i) * width);
    }
  return result;
}
