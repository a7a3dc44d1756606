import type { Value } from '../builder/graph-builder.js';
import { elementCodeOf } from '../codec/elements.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/**
 * Before 7, the second operand is broadcast only if `broadcast` is 1, along the axes of the first from `axis` on. Since
 * then both broadcast as in NumPy, from the last axis backwards.
 */
function alignSecond(c: Conversion): void {
  const [x, y] = [c.required(0), c.required(1)];
  const axis = attr.int(c.node, 'broadcast', 0) === 1 ? attr.int(c.node, 'axis', -1) : -1;
  const behind = axis < 0 ? 0 : c.rank(x) - axis - c.rank(y);
  c.keep({ broadcast: undefined, axis: undefined }, [x, withAxesBehind(c, y, behind)]);
}

export function withAxesBehind(c: Conversion, value: Value, count: number): Value {
  if (count <= 0) return value;
  const rank = c.rank(value);
  return c.b.unsqueeze(
    value,
    Array.from({ length: count }, (_, i) => rank + i),
  );
}

const aligned = [{ before: 7, convert: alignSecond }];

/** The last element type that operator set 17 knows is bfloat16. */
const newestType = 16;

/**
 * The target is a name before 6; since 19 there are types of 8 bits and less, and only these need the newer attributes.
 */
function cast(c: Conversion): void {
  const to = c.version < 6 ? elementCodeOf(attr.string(c.node, 'to')) : attr.int(c.node, 'to');
  if (to === undefined || to > newestType) c.fail(`the element type ${to ?? attr.string(c.node, 'to')}`);
  c.keep({ to, saturate: undefined, round_mode: undefined });
}

export const elementwise: Rules = {
  // Inference only: such files were written for it, regardless of `is_test`.
  Dropout: [{ before: 12, convert: (c) => c.emit('Dropout', [c.required(0)]) }],
  Add: aligned,
  Sub: aligned,
  Mul: aligned,
  Div: aligned,
  Pow: aligned,
  And: aligned,
  Or: aligned,
  Xor: aligned,
  Equal: aligned,
  Greater: aligned,
  Less: aligned,
  Cast: [
    { before: 6, convert: cast },
    { from: 19, convert: cast },
  ],
};
