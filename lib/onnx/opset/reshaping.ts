import { attr } from '../attributes.js';
import type { Conversion, Rules } from './rule.js';

/** Axes that were an attribute until they became an input at 13. */
function axesAsInput(c: Conversion): void {
  const axes = attr.has(c.node, 'axes') ? c.b.sizes(attr.ints(c.node, 'axes')) : undefined;
  c.keep({ axes: undefined }, [c.required(0), axes]);
}

function reshape(c: Conversion): void {
  c.keep({ shape: undefined, consumed_inputs: undefined }, [
    c.required(0),
    c.b.sizes(attr.ints(c.node, 'shape')),
  ]);
}

const squeezing = [{ before: 13, convert: axesAsInput }];

export const reshaping: Rules = {
  Reshape: [{ before: 5, convert: reshape }],
  Squeeze: squeezing,
  Unsqueeze: squeezing,
};
