import type { Conversion, Rules } from './rule.js';

/** Since 18, a tensor may take the place of an optional value, which it always has. */
function optionalElement(c: Conversion): void {
  const x = c.required(0);
  if (x.type === null) c.keep();
  else c.results([x]);
}

export const control: Rules = {
  OptionalGetElement: [{ from: 18, convert: optionalElement }],
  Scan: [{ before: 9, convert: (c) => c.fail('a batch axis and sequence lengths') }],
};
