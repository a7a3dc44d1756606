import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { int64 } from '../../tensor/tensor.js';

/** A positive fraction; numerator and denominator are one-element int64 vectors. */
export interface Ratio {
  readonly above: Value;
  readonly below: Value;
}

/** 2⁰ … 2²⁰: larger than any side of a picture. */
const powers = Array.from({ length: 21 }, (_, i) => 2 ** i);
/** Stored bits of a float64's mantissa. */
const digits = 52;

/**
 * ⌊side · (above / below)⌋ with the rounding of float64, as Python computes it: 97 · (800 / 97) is just below 800,
 * which gives 799. Computed in integers, because the build of ONNX Runtime with WebGPU has no float64.
 *
 * float64 rounds the quotient and then the product. Neither rounding matters unless side · above / below is an integer
 * n. If the quotient is rounded down by δ, the product is n − side · δ, which rounds up to n again if side · δ is at
 * most half the distance from n to the float64 below. In units of the quotient's last digit, δ is a remainder over
 * `below`, and that half distance is 2^(⌈log₂ n⌉ − ⌊log₂ quotient⌋ − 2).
 *
 * @param side a one-element int64 vector; `side`, `above` and `below` must be below 2²⁰
 */
export function scaledSide(b: Builder, side: Value, { above, below }: Ratio): Value {
  const count = (condition: Value) => b.sum(b.cast(condition, 'int64'), [-1]);
  const twoTo = (exponent: Value) => b.pow(b.constant(int64([2], [1])), exponent);
  const modulo = (x: Value) => b.op('Mod', [x, below]);
  const steps = b.constant(int64(powers, [powers.length]));

  const product = b.mul(side, above);
  const whole = b.div(product, below);
  const isWhole = b.equal(b.mul(whole, below), product);
  const exponent = b.sub(
    count(b.lessOrEqual(b.mul(b.mul(below, 2), steps), above)),
    count(b.less(b.mul(above, steps), below)),
  );
  const unit = twoTo(b.sub(b.constant(int64([digits], [1])), exponent));
  // Reduced before the multiplication, so that the product fits in 64 bits.
  const remainder = modulo(b.mul(modulo(unit), above));
  const isRoundedDown = b.less(b.mul(remainder, 2), below);
  const halfStep = twoTo(b.sub(count(b.less(steps, whole)), exponent));
  const isLost = b.greater(b.mul(b.mul(side, remainder), 4), b.mul(below, halfStep));
  return b.sub(whole, b.cast(b.and(b.and(isWhole, isRoundedDown), isLost), 'int64'));
}
