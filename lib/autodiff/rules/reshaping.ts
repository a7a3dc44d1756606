import { attr } from '../../onnx/attributes.js';
import { rankOf } from '../../onnx/ops.js';
import { broadcasting, noGradient, rule, type RuleTable } from './rule.js';

/** Operators that give the same elements another shape. */
export const reshaping: RuleTable = {
  Reshape: rule(1, ({ b, dy, x: [x] }) => [b.reshape(dy, b.shape(x))]),
  Flatten: rule(1, ({ b, dy, x: [x] }) => [b.reshape(dy, b.shape(x))]),
  Squeeze: rule(1, ({ b, dy, x: [x] }) => [b.reshape(dy, b.shape(x))]),
  Unsqueeze: rule(1, ({ b, dy, x: [x] }) => [b.reshape(dy, b.shape(x))]),
  Expand: broadcasting(1, ({ dy }) => [dy]),
  Transpose: rule(1, ({ b, node, dy, x: [x] }) => {
    const reversed = Array.from({ length: rankOf(x) }, (_, axis) => rankOf(x) - 1 - axis);
    const perm = attr.ints(node, 'perm', reversed);
    return [
      b.transpose(
        dy,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ];
  }),
  Shape: noGradient,
  Size: noGradient,
};
