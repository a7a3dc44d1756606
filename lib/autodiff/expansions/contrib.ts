import type { Expansion, Expansions } from './expansion.js';

/** 0.5·x·(1 + erf(x/√2)) */
function gelu(c: Expansion): void {
  const { b } = c;
  const x = c.required(0);
  c.emit('Mul', [b.mul(x, 0.5), b.add(b.op('Erf', [b.mul(x, Math.SQRT1_2)]), 1)]);
}

/** The operators of ONNX Runtime, which its optimizer writes into files. */
export const contrib: Expansions = {
  'com.microsoft.Gelu': gelu,
};
