import { attr } from '../graph/attributes.js';
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

/** ONNX Runtime takes one axis as a scalar, but misjudges the shape. */
function axesAsVector(c: Conversion): void {
  const axes = c.input(1);
  const isScalar = axes?.type?.shape?.length === 0;
  c.keep({}, isScalar ? [c.required(0), c.b.reshape(axes, [1])] : undefined);
}

const squeezing = [{ before: 13, convert: axesAsInput }, { convert: axesAsVector }];

export const reshaping: Rules = {
  Reshape: [{ before: 5, convert: reshape }],
  Squeeze: squeezing,
  Unsqueeze: squeezing,
};
