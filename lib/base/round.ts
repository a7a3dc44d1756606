/**
 * The nearest integer, with ties to even, as Python's `round`, NumPy's `rint` and ONNX's Round. −½ ≤ x < 0 gives −0, as
 * in IEEE 754.
 */
export function roundHalfToEven(x: number): number {
  return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}
