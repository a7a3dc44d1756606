import { type DType, isFloat } from '../../tensor/dtype.js';
import type { Value } from '../builder/graph-builder.js';
import { elementCode, elementCodeOf } from '../codec/elements.js';
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

/** Since 20, half floats have infinities too. */
function isInf(c: Conversion): void {
  const x = c.required(0);
  const isNarrow = x.type?.dtype === 'float16' || x.type?.dtype === 'bfloat16';
  c.keep({}, [isNarrow ? c.b.cast(x, 'float32') : x]);
}

/**
 * Since 28, floats may have the remainder of a division rounded down, with the sign of the divisor: that of a division
 * rounded to zero, plus the divisor if the signs differ.
 */
function mod(c: Conversion): void {
  const { b, node } = c;
  const [x, y] = [c.required(0), c.required(1)];
  if (!isFloat(c.dtype(x)) || attr.int(node, 'fmod', 0) === 1) {
    c.keep();
    return;
  }
  const rest = b.op('Mod', [x, y], { fmod: 1 });
  const differs = b.less(b.mul(b.sign(rest), b.sign(y)), 0);
  c.emit('Where', [differs, b.add(rest, y), rest]);
}

const signed = ['int8', 'int16', 'int32', 'int64'];

/**
 * Since 28, signed numbers may be shifted, to the right with their sign: ⌊x / 2ⁿ⌋, which is −⌊(−1 − x) / 2ⁿ⌋ − 1 where
 * x < 0. They are shifted as unsigned numbers of 32 or 64 bits.
 */
function bitShift(c: Conversion): void {
  const { b, node } = c;
  const [x, by] = [c.required(0), c.required(1)];
  const dtype = c.dtype(x);
  if (!signed.includes(dtype)) {
    c.keep();
    return;
  }
  const [wide, bits] = dtype === 'int64' ? (['int64', 'uint64'] as const) : (['int32', 'uint32'] as const);
  const to = (value: Value, target: DType) => b.op('Cast', [value], { to: elementCode(target) });
  const direction = attr.string(node, 'direction');
  const shifted = (value: Value) =>
    to(b.op('BitShift', [to(value, bits), to(by, bits)], { direction }), wide);
  const whole = to(x, wide);
  const isMirrored = b.less(whole, 0);
  const mirrored = (value: Value) => b.where(isMirrored, b.sub(b.neg(value), 1), value);
  c.results([to(direction === 'LEFT' ? shifted(whole) : mirrored(shifted(mirrored(whole))), dtype)]);
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
  BitShift: [{ from: 28, convert: bitShift }],
  IsInf: [{ from: 20, convert: isInf }],
  Mod: [{ from: 28, convert: mod }],
  Equal: aligned,
  Greater: aligned,
  Less: aligned,
  Cast: [
    { before: 6, convert: cast },
    { from: 19, convert: cast },
  ],
};
