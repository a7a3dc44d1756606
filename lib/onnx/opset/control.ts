import type { Rules } from './rule.js';

export const control: Rules = {
  Scan: [{ before: 9, convert: (c) => c.fail('a batch axis and sequence lengths') }],
};
