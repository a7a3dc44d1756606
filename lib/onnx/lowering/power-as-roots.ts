import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import type { Form } from './form.js';

/**
 * x^(±k/4) for x ≥ 0 as square roots, which ONNX Runtime computes several elements at a time: s^−0.75 = 1 / (√s · √√s).
 * Error: a unit in the last place for each root.
 */
export const powerAsRoots: Form = {
  operators: ['Pow'],
  targets: ['cpu', 'wasm'],
  lower: (site) => {
    const [x, exponent] = [site.input(0), site.scalar(1)];
    if (x === undefined || exponent === undefined || site.floatShape(0) === null) return null;
    if (!(site.bounds.lowest(x.name) >= 0)) return null;
    const power = asRoots(site.b, x, exponent);
    return power === null ? null : [power];
  },
};

/** x^exponent for x ≥ 0 as roots; `null` for exponents that they do not give. */
export function asRoots(b: Builder, x: Value, exponent: number): Value | null {
  const power = quarters(b, x, Math.abs(exponent) * 4);
  return power !== null && exponent < 0 ? b.reciprocal(power) : power;
}

/** x^(count / 4) */
function quarters(b: Builder, x: Value, count: number): Value | null {
  if (count === 1) return b.sqrt(b.sqrt(x));
  if (count === 2) return b.sqrt(x);
  if (count !== 3) return null;
  const root = b.sqrt(x);
  return b.mul(root, b.sqrt(root));
}
