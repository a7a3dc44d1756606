import { attr } from '../attributes.js';
import type { Conversion, Rules } from './rule.js';

/** Blocks of elements with a scale each, and element types of 8 bits and less, came at 19 and later. */
function quantize(c: Conversion): void {
  if (attr.int(c.node, 'block_size', 0) !== 0) c.fail('scales by block');
  if (attr.int(c.node, 'output_dtype', 0) !== 0 && c.input(2) === undefined)
    c.fail('an output type without a zero point');
  const newer = ['saturate', 'block_size', 'output_dtype', 'precision'];
  c.keep(Object.fromEntries(newer.map((name) => [name, undefined])));
}

const quantizing = [{ from: 19, convert: quantize }];

export const quantization: Rules = {
  QuantizeLinear: quantizing,
  DequantizeLinear: quantizing,
};
