/**
 * Σ aᵢ·bᵢ in double precision, in four partial sums: with a single sum, each addition waits for the last (half as
 * fast).
 */
export function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + s2 + s3;
}

/** target ← factor·x; target may be x. */
export function scale(target: Float32Array, factor: number, x: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = factor * x[i]!;
}

/** Σ |xᵢ| */
export function sumAbs(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]!);
  return sum;
}
