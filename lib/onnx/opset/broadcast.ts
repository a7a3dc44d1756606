import { attr } from '../attributes.js';
import type { Value } from '../builder.js';
import type { Conversion, Rules } from './rule.js';

/**
 * Before 7 the second operand was broadcast only if `broadcast` said so, and lay along the axes of the first from
 * `axis` on. Since then both broadcast as in NumPy, from the last axis backwards.
 */
function alignSecond(c: Conversion): void {
  const [x, y] = [c.required(0), c.required(1)];
  const axis = attr.int(c.node, 'broadcast', 0) === 1 ? attr.int(c.node, 'axis', -1) : -1;
  const behind = axis < 0 ? 0 : c.rank(x) - axis - c.rank(y);
  c.keep({ broadcast: undefined, axis: undefined }, [x, withAxesBehind(c, y, behind)]);
}

/** Before 7 the slopes lay along the channels. */
function alignSlope(c: Conversion): void {
  const [x, slope] = [c.required(0), c.required(1)];
  const isShared = slope.type?.shape?.every((size) => size === 1) ?? false;
  c.keep({}, [x, isShared ? slope : withAxesBehind(c, slope, c.rank(x) - 1 - c.rank(slope))]);
}

function withAxesBehind(c: Conversion, value: Value, count: number): Value {
  if (count <= 0) return value;
  const rank = c.rank(value);
  return c.b.unsqueeze(
    value,
    Array.from({ length: count }, (_, i) => rank + i),
  );
}

const aligned = [{ before: 7, convert: alignSecond }];

export const broadcast: Rules = {
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
  PRelu: [{ before: 7, convert: alignSlope }],
  Gemm: [{ before: 7, convert: (c) => c.keep({ broadcast: undefined }) }],
};
