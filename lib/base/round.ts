/**
 * The nearest whole number, of two equally near ones the even one: as Python's `round`, NumPy's `rint` and ONNX's Round. −0
 * comes of −½ ≤ x < 0, as in IEEE 754.
 */
export function roundHalfToEven(x: number): number {
  return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}
