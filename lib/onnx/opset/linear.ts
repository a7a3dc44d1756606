import type { Rules } from './rule.js';

export const linear: Rules = {
  Gemm: [{ before: 7, convert: (c) => c.keep({ broadcast: undefined }) }],
};
