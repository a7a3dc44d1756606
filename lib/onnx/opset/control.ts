import type { Conversion, Rules } from './rule.js';

/** Since 18, a tensor may take the place of an optional value, which it always has. */
function optionalElement(c: Conversion): void {
  const x = c.required(0);
  if (x.type === null) c.keep();
  else c.results([x]);
}

function hasElement(c: Conversion): void {
  const value = c.input(0);
  if (value !== undefined && value.type === null) c.keep();
  else c.results([c.b.scalar(value === undefined ? 0 : 1, 'bool')]);
}

export const control: Rules = {
  OptionalGetElement: [{ from: 18, convert: optionalElement }],
  OptionalHasElement: [{ from: 18, convert: hasElement }],
  Scan: [{ before: 9, convert: (c) => c.fail('a batch axis and sequence lengths') }],
};
