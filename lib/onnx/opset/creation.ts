import type { Rules } from './rule.js';

export const creation: Rules = {
  Range: [{ from: 27, convert: (c) => c.keep({ stash_type: undefined }) }],
};
