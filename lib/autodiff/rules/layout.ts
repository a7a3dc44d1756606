import { attr } from '../../onnx/attributes.js';
import { rankOf } from '../../onnx/ops.js';
import { broadcasting, noGradient, rule, type RuleTable } from './rule.js';

/** Operators that only move elements about. */
export const layout: RuleTable = {
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
  // Each part of dy goes back to the input it came from.
  Concat: rule(0, ({ b, node, dy, x }) => {
    const axis = attr.int(node, 'axis');
    let start = b.sizes([0]);
    return x.map((part) => {
      if (part === undefined) return null;
      const [from, to] = [start, b.add(start, b.dim(part, axis))];
      start = to;
      return () => b.slice(dy, [axis], from, to);
    });
  }),
  Split: rule(1, ({ b, node, dys, y }) => [
    b.concat(
      y.flatMap((part, i) => (part === undefined ? [] : [dys[i] ?? b.fillLike(part, 0)])),
      attr.int(node, 'axis', 0),
    ),
  ]),
  Shape: noGradient,
  Size: noGradient,
  ConstantOfShape: noGradient,
  NonZero: noGradient,
  Range: noGradient,
  Constant: noGradient,
  EyeLike: noGradient,
};
