// The inverse cosine transform of Loeffler, Ligtenberg and Moschytz (1989) in whole numbers, as libjpeg's "islow" rounds
// it: so pictures come out as browsers, Pillow and OpenCV read them, to the last bit.

/** Row-by-row place of each zigzag coefficient. */
const natural = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

// Constants of the transform, times 2¹³.
const scaled = {
  k0_298631336: 2446,
  k0_390180644: 3196,
  k0_541196100: 4433,
  k0_765366865: 6270,
  k0_899976223: 7373,
  k1_175875602: 9633,
  k1_501321110: 12299,
  k1_847759065: 15137,
  k1_961570560: 16069,
  k2_053119869: 16819,
  k2_562915447: 20995,
  k3_072711026: 25172,
} as const;

const block = new Int32Array(64);

/**
 * Writes the 8×8 samples of a block.
 * @param at where its 64 coefficients begin, in zigzag order
 * @param steps what they are multiplied by, in zigzag order
 */
export function inverseDct(
  coefficients: Int16Array,
  at: number,
  steps: readonly number[],
  samples: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  let highest = 63;
  while (highest > 0 && coefficients[at + highest] === 0) highest--;
  if (highest === 0) {
    const value = 128 + ((coefficients[at]! * steps[0]! + 4) >> 3);
    for (let y = 0; y < 8; y++) samples.fill(value, to + y * stride, to + y * stride + 8);
    return;
  }
  block.fill(0);
  for (let k = 0; k <= highest; k++) block[natural[k]!] = coefficients[at + k]! * steps[k]!;
  for (let x = 0; x < 8; x++) transform(x, 8, 11);
  for (let y = 0; y < 8; y++) {
    transform(8 * y, 1, 18);
    for (let x = 0; x < 8; x++) samples[to + y * stride + x] = block[8 * y + x]! + 128;
  }
}

/** Eight numbers of the block, `step` apart, in place; the results are divided by 2^shift. */
function transform(from: number, step: number, shift: number): void {
  const half = 1 << (shift - 1);
  const [p0, p1, p2, p3] = [from, from + step, from + 2 * step, from + 3 * step];
  const [p4, p5, p6, p7] = [from + 4 * step, from + 5 * step, from + 6 * step, from + 7 * step];

  const [c2, c6] = [block[p2]!, block[p6]!];
  const even = (c2 + c6) * scaled.k0_541196100;
  const low = even - c6 * scaled.k1_847759065;
  const high = even + c2 * scaled.k0_765366865;
  const sum = (block[p0]! + block[p4]!) * 8192;
  const difference = (block[p0]! - block[p4]!) * 8192;
  const [e0, e1, e2, e3] = [sum + high, difference + low, difference - low, sum - high];

  const [c7, c5, c3, c1] = [block[p7]!, block[p5]!, block[p3]!, block[p1]!];
  const z5 = (c7 + c3 + c5 + c1) * scaled.k1_175875602;
  const z1 = -(c7 + c1) * scaled.k0_899976223;
  const z2 = -(c5 + c3) * scaled.k2_562915447;
  const z3 = z5 - (c7 + c3) * scaled.k1_961570560;
  const z4 = z5 - (c5 + c1) * scaled.k0_390180644;
  const o3 = c7 * scaled.k0_298631336 + z1 + z3;
  const o2 = c5 * scaled.k2_053119869 + z2 + z4;
  const o1 = c3 * scaled.k3_072711026 + z2 + z3;
  const o0 = c1 * scaled.k1_501321110 + z1 + z4;

  block[p0] = (e0 + o0 + half) >> shift;
  block[p7] = (e0 - o0 + half) >> shift;
  block[p1] = (e1 + o1 + half) >> shift;
  block[p6] = (e1 - o1 + half) >> shift;
  block[p2] = (e2 + o2 + half) >> shift;
  block[p5] = (e2 - o2 + half) >> shift;
  block[p3] = (e3 + o3 + half) >> shift;
  block[p4] = (e3 - o3 + half) >> shift;
}
