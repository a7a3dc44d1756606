import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { gelu, softmaxFrom } from './contrib-parts.js';
import type { Expand, Expansion, Expansions } from './expansion.js';
import { replaceGradient } from './straight-through.js';

/** One that computes its first result. */
function computing(compute: (c: Expansion) => Value): Expand {
  return (c) => {
    c.results([compute(c)]);
  };
}

/** x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, with a bias added to x */
function fastGelu(c: Expansion): Value {
  const { b } = c;
  const [x, bias] = [c.required(0), c.input(1)];
  const z = bias === undefined ? x : b.add(x, bias);
  const inner = b.add(z, b.mul(b.mul(b.square(z), z), 0.044715));
  return b.mul(b.mul(z, 0.5), b.add(b.tanh(b.mul(inner, Math.sqrt(2 / Math.PI))), 1));
}

/** x · σ(α x) */
function quickGelu(c: Expansion): Value {
  const { b, node } = c;
  const x = c.required(0);
  return b.mul(x, b.sigmoid(b.mul(x, attr.float(node, 'alpha', 1.702))));
}

/** The first half of the last axis of x + bias, times the Gelu of the second. */
function biasSplitGelu(c: Expansion): Value {
  const { b } = c;
  const sum = b.add(c.required(0), c.required(1));
  const last = c.rank(sum) - 1;
  const half = b.div(b.dim(sum, last), 2);
  const [value, gate] = b.split(sum, b.join([half, half]), last, 2);
  return b.mul(value!, gelu(b, gate!));
}

/**
 * X⁻¹. Two steps of Newton's iteration, which are the identity here, have its first and second derivatives: those of
 * y = 2 z − z X z, where z is the inverse as a constant, and of the same with y for z.
 */
function inverse(c: Expansion): void {
  const { b, node } = c;
  const x = c.required(0);
  const constant = c.stop(b.append({ ...node, name: b.fresh('inverse'), outputs: [b.fresh('inverse')] })[0]!);
  const step = (z: Value) => b.sub(b.mul(z, 2), b.matmul(z, b.matmul(x, z)));
  c.float(step(replaceGradient(b, constant, step(constant))));
}

/** The operator of ONNX with the same inputs and attributes. */
const plain: Expand = (c) => {
  c.keep();
};

/** Pads may have a leading axis of size 1. */
function pad(c: Expansion): void {
  c.keep({}, [c.required(0), c.b.reshape(c.required(1), [-1]), c.input(2)]);
}

/** The operators of ONNX Runtime, which its optimizer and the tools around it write into files. */
export const contrib: Expansions = {
  'com.microsoft.BiasAdd': computing((c) => c.b.add(c.b.add(c.required(0), c.required(1)), c.required(2))),
  'com.microsoft.BiasGelu': computing((c) => gelu(c.b, c.b.add(c.required(0), c.required(1)))),
  'com.microsoft.BiasSoftmax': computing((c) =>
    softmaxFrom(c.b, c.b.add(c.required(0), c.required(1)), attr.int(c.node, 'axis', 1)),
  ),
  'com.microsoft.BiasSplitGelu': computing(biasSplitGelu),
  'com.microsoft.ExpandDims': (c) => {
    c.emit('Unsqueeze', [c.required(0), c.b.reshape(c.b.cast(c.required(1), 'int64'), [1])]);
  },
  'com.microsoft.FastGelu': computing(fastGelu),
  'com.microsoft.GatherND': plain,
  'com.microsoft.Gelu': computing((c) => gelu(c.b, c.required(0))),
  'com.microsoft.GridSample': plain,
  'com.microsoft.Inverse': inverse,
  'com.microsoft.Pad': pad,
  'com.microsoft.QuickGelu': computing(quickGelu),
  'com.microsoft.Trilu': plain,
};
