/** Σ aᵢ·bᵢ, summed in double precision. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** target ← x + factor·y; target may be x or y. */
export function addScaled(target: Float32Array, x: Float32Array, factor: number, y: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = x[i]! + factor * y[i]!;
}

/** target ← factor·x; target may be x. */
export function scale(target: Float32Array, factor: number, x: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = factor * x[i]!;
}

/** max |xᵢ|: the norm that tolerances are measured in. */
export function maxAbs(x: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  return largest;
}

/** Σ |xᵢ| */
export function sumAbs(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]!);
  return sum;
}
