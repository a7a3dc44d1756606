// The transposed convolution in three ways: by hand, as the operator with which U-Nets upsample, and as the gradient of
// a convolution, from which it has its name.

import { expect } from 'chai';
import { Builder, encodeModel, grad, type Model } from 'oneiros/onnx';
import { float32, type Float32Tensor, openSession } from 'oneiros/runtime';

type Matrix = readonly (readonly number[])[];

const input: Matrix = [
  [0, 1],
  [2, 3],
];
const kernel: Matrix = [
  [0, 1],
  [2, 3],
];

/** Each pixel of the input stamps the kernel, times its value, onto the output; overlapping stamps add up. */
function transposedConvolution(x: Matrix, w: Matrix, stride = 1): Matrix {
  const size = (n: number, k: number) => stride * (n - 1) + k;
  const output = Array.from({ length: size(x.length, w.length) }, () =>
    new Array<number>(size(x[0]!.length, w[0]!.length)).fill(0),
  );
  x.forEach((row, i) =>
    row.forEach((pixel, j) =>
      w.forEach((weights, u) =>
        weights.forEach((weight, v) => (output[stride * i + u]![stride * j + v]! += pixel * weight)),
      ),
    ),
  );
  return output;
}

/** A matrix as the 1×1×height×width tensor of one image with one channel. */
const tensorOf = (matrix: Matrix) => float32(matrix.flat(), [1, 1, matrix.length, matrix[0]!.length]);

/** And back. */
function matrixOf({ data, dims }: Float32Tensor): Matrix {
  const width = dims[3]!;
  return Array.from({ length: dims[2]! }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
}

async function run(model: Model, feeds: Record<string, Float32Tensor>, output: string): Promise<Matrix> {
  await using session = await openSession(encodeModel(model), { isolation: 'none' });
  const { [output]: result } = await session.run(feeds);
  if (result?.dtype !== 'float32') throw new Error('expected float32');
  return matrixOf(result);
}

/** Computes it with ONNX Runtime's operator. */
function byOperator(x: Matrix, w: Matrix, stride: number): Promise<Matrix> {
  const b = new Builder();
  const image = b.input('x', 'float32', [1, 1, x.length, x[0]!.length]);
  const weight = b.constant(tensorOf(w));
  b.output(b.op('ConvTranspose', [image, weight], { strides: [stride, stride] }, { name: 'y' }));
  return run(b.model(), { x: tensorOf(x) }, 'y');
}

/**
 * A convolution maps a large map to a small one; its gradient maps a cotangent of the small one back to the large one.
 * The convolution is linear, so the gradient does not depend on the input: zeros are sufficient.
 */
function byGradient(x: Matrix, w: Matrix, stride: number): Promise<Matrix> {
  const [height, width] = [stride * (x.length - 1) + w.length, stride * (x[0]!.length - 1) + w[0]!.length];
  const b = new Builder();
  const large = b.input('large', 'float32', [1, 1, height, width]);
  b.output(b.op('Conv', [large, b.constant(tensorOf(w))], { strides: [stride, stride] }, { name: 'small' }));
  const zeros = float32(new Float32Array(height * width), [1, 1, height, width]);
  return run(grad(b.model()), { large: zeros, d_small: tensorOf(x) }, 'd_large');
}

describe('example: transposed convolution', () => {
  // 0·[0 1; 2 3] at the top left, 1·[0 1; 2 3] to its right, 2·[0 1; 2 3] below, 3·[0 1; 2 3] below to the right.
  const expected: Matrix = [
    [0, 0, 1],
    [0, 4, 6],
    [4, 12, 9],
  ];

  it('by hand: each pixel stamps the kernel', () => {
    expect(transposedConvolution(input, kernel)).to.deep.equal(expected);
  });

  it('through ONNX Runtime', async () => {
    expect(await byOperator(input, kernel, 1)).to.deep.equal(expected);
  });

  it('as the gradient of a convolution', async () => {
    expect(await byGradient(input, kernel, 1)).to.deep.equal(expected);
  });

  it('with a stride of 2: stamps do not overlap, and the map is twice as large, as U-Nets need it', async () => {
    const climbed: Matrix = [
      [0, 0, 0, 1],
      [0, 0, 2, 3],
      [0, 2, 0, 3],
      [4, 6, 6, 9],
    ];
    expect(transposedConvolution(input, kernel, 2)).to.deep.equal(climbed);
    expect(await byOperator(input, kernel, 2)).to.deep.equal(climbed);
    expect(await byGradient(input, kernel, 2)).to.deep.equal(climbed);
  });

  it('as the transposed matrix of the convolution', () => {
    // The convolution of a 3×3 map as a 4×9 matrix, with one row for each pixel of the result.
    const rows = [0, 1, 3, 4].map((first) => {
      const row = new Array<number>(9).fill(0);
      kernel.forEach((weights, u) => weights.forEach((weight, v) => (row[first + 3 * u + v] = weight)));
      return row;
    });
    const pixels = input.flat();
    const product = Array.from({ length: 9 }, (_, column) =>
      rows.reduce((sum, row, i) => sum + row[column]! * pixels[i]!, 0),
    );
    expect(product).to.deep.equal(expected.flat());
  });
});
