import type { Value } from '../builder/graph-builder.js';
import { float } from '../graph/attributes.js';
import type { Form } from './form.js';
import type { Site } from './site.js';

/**
 * A choice between a finite value and 0 as a product with 0 and 1. ONNX Runtime's Where makes three passes over
 * memory on the CPU, a product one. The same bits, except that −x · 0 is −0.
 */
export const maskedProduct: Form = {
  operators: ['Where'],
  targets: ['cpu', 'wasm'],
  lower: (site) => {
    const { b, bounds } = site;
    const [yes, no] = [site.input(1), site.input(2)];
    if (yes === undefined || no === undefined) return null;
    if (site.floatShape(1) === null || site.floatShape(2) === null) return null;
    if (site.scalar(2) === 0 && bounds.isFinite(yes.name)) {
      const mask = maskOf(site);
      return mask && [b.mul(yes, mask)];
    }
    if (site.scalar(1) !== 0 || !bounds.isFinite(no.name)) return null;
    const mask = maskOf(site);
    // The gradient of MaxPool takes a share and keeps the rest: the difference is one pass, too, and needs no mask.
    return mask && [b.sub(no, b.mul(no, mask))];
  },
};

/** 1 where the condition holds, 0 elsewhere. */
function maskOf(site: Site): Value | null {
  const { b, bounds } = site;
  const condition = site.input(0);
  if (condition === undefined) return null;
  const cast = site.maker(0);
  const [number = ''] = cast?.op === 'Cast' ? cast.inputs : [];
  // A result of Relu, as a condition: one pass instead of two casts. Numbers below 3e-39 are not told from 0.
  if (b.has(number) && b.value(number).type?.dtype === 'float32' && bounds.lowest(number) >= 0)
    return b.op('HardSigmoid', [b.value(number)], { alpha: float(largest), beta: float(0) });
  return b.cast(condition, 'float32');
}

const largest = 3.4e38;
