import { rankOf } from '../../onnx/builder/builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { broadcasting, noGradient, rule, type RuleTable } from './rule.js';

/** A size of zero in the input's shape is meant, unless `allowzero` is 0: then Reshape copies the cotangent's size. */
const reshaped = rule(1, ({ b, node, dy, x: [x] }) => {
  const isEmpty = attr.int(node, 'allowzero', 0) === 1 || x.type?.shape?.includes(0) === true;
  return [isEmpty ? b.op('Reshape', [dy, b.shape(x)], { allowzero: 1 }) : b.reshape(dy, b.shape(x))];
});

/** Operators that give the same elements another shape. */
export const reshaping: RuleTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
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
