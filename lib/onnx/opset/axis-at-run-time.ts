import type { Value } from '../builder/graph-builder.js';
import type { Conversion } from './rule.js';

/**
 * A computation along an axis that is known only when the graph runs: the input is reshaped so that it becomes axis 1 of
 * three, or of as many more as stay behind.
 * @param axis a number in a scalar or a vector of one element, from the end if negative
 * @param staying how many axes at the end stay as they are
 * @param along computes the result, whose axis may have another size, and those that stay too
 */
export function alongAxis(
  c: Conversion,
  x: Value,
  axis: Value,
  staying: number,
  along: (value: Value) => Value,
): Value {
  const { b } = c;
  const rank = c.rank(x);
  const given = b.cast(b.reshape(axis, [1]), 'int64');
  const at = b.where(b.less(given, 0), b.add(given, rank), given);
  const sizes = b.op('Shape', [x]);
  const end = rank - staying;
  const part = (from: Value | number, to: Value | number) => b.slice(sizes, [0], [from], [to]);
  const [before, behind] = [part(0, at), part(b.add(at, 1), end)];
  const count = (part: Value) => b.op('ReduceProd', [part], { axes: [0] });
  const last = Array.from({ length: staying }, (_, i) => b.dim(x, end + i));
  const result = along(b.reshape(x, [count(before), b.gather(sizes, at, 0), count(behind), ...last]));
  const own = Array.from({ length: rank }, (_, i) =>
    i < end ? b.where(b.equal(at, i), b.dim(result, 1), b.dim(x, i)) : b.dim(result, 3 + i - end),
  );
  return b.reshape(result, own);
}
