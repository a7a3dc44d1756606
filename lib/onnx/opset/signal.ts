import type { Conversion, Rules } from './rule.js';

/** The axis became an input at 20, and counts the axis of real and imaginary parts. */
function dft(c: Conversion): void {
  const [axis = -2] = c.numbers(2, 'axes') ?? [];
  const rank = c.rank(c.required(0));
  c.keep({ axis: axis < 0 ? axis + rank : axis }, [c.required(0), c.input(1)]);
}

export const signal: Rules = {
  DFT: [{ from: 20, convert: dft }],
};
