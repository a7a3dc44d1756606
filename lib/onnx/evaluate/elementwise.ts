import { bfloat16ToNumber, type NumericTensor } from '../../tensor/tensor.js';
import { elementType } from '../codec/elements.js';
import { attr } from '../graph/attributes.js';
import {
  broadcastDims,
  broadcastWalker,
  type Element,
  type Evaluation,
  type Evaluations,
  isComputable,
  isNumericTensor,
  type Plan,
} from './element.js';

interface Binary {
  readonly number: (a: number, b: number) => number;
  readonly bigint: (a: bigint, b: bigint) => bigint;
}

/** The operands broadcast together, and combined element by element from the left. */
function zip(operands: readonly NumericTensor[], f: (a: Element, b: Element) => Element): Plan | null {
  const [first, ...others] = operands;
  if (first === undefined) return null;
  const dims = others.reduce<readonly number[] | null>(
    (so, { dims: own }) => so && broadcastDims(so, own),
    first.dims,
  );
  if (dims === null) return null;
  const readers = operands.map(({ dims: own, data }) => {
    const at = broadcastWalker(own, dims);
    return (i: number): Element => data[at(i)]!;
  });
  const [start, ...rest] = readers;
  const element = (i: number) => rest.reduce((a, read) => f(a, read(i)), start!(i));
  return { dtype: first.dtype, dims, element, reads: operands.length };
}

/** For any number of operands of one type. */
function arithmetic({ number, bigint }: Binary): Evaluation {
  const f = (a: Element, b: Element) =>
    typeof a === 'bigint' && typeof b === 'bigint' ? bigint(a, b) : number(Number(a), Number(b));
  return (_, inputs) => {
    const operands = inputs.filter(isComputable);
    const isAlike =
      operands.length === inputs.length && operands.every(({ dtype }) => dtype === operands[0]?.dtype);
    return isAlike ? zip(operands, f) : null;
  };
}

const quotient = arithmetic({ number: (a, b) => a / b, bigint: (a, b) => a / b });

/** Integer division rounds toward zero; division by zero is not evaluated. */
const divide: Evaluation = (node, inputs) => {
  const [, divisor] = inputs;
  if (!isComputable(divisor)) return null;
  const isFloat = divisor.dtype === 'float32' || divisor.dtype === 'float64';
  const result = quotient(node, inputs);
  return isFloat || result === null ? result : { ...result, isDefined: () => !holdsZero(divisor) };
};

function all(data: NumericTensor['data'], holds: (value: Element) => boolean): boolean {
  for (const value of data) if (!holds(value)) return false;
  return true;
}

/** The remainder has the sign of the divisor, as in Python, unless `fmod` selects C's. */
const modulo: Evaluation = (node, inputs) => {
  const [a, b] = inputs;
  if (!isComputable(a) || !isComputable(b) || a.dtype !== b.dtype) return null;
  if (attr.int(node, 'fmod', 0) === 1 || a.dtype === 'float32' || a.dtype === 'float64') return null;
  const remainder = (x: bigint, y: bigint) => ((x % y) + y) % y;
  const result = zip([a, b], (x, y) => remainder(BigInt(x), BigInt(y)));
  return result && { ...result, isDefined: () => !holdsZero(b) };
};

function holdsZero({ data }: NumericTensor): boolean {
  return !all(data, (value) => Number(value) !== 0);
}

function comparison(f: (a: Element, b: Element) => boolean): Evaluation {
  return (_, [a, b]) => {
    if (!isComputable(a) || !isComputable(b) || a.dtype !== b.dtype) return null;
    const result = zip([a, b], (x, y) => (f(x, y) ? 1 : 0));
    return result && { ...result, dtype: 'bool' };
  };
}

/** For floats and, if `integer` is given, for integers. */
function unary(f: (x: number) => number, integer?: (x: bigint) => bigint): Evaluation {
  return (_, [x]) => {
    if (!isComputable(x)) return null;
    if (x.dtype === 'float32' || x.dtype === 'float64')
      return { dtype: x.dtype, dims: x.dims, element: (i) => f(Number(x.data[i])) };
    if (integer === undefined || x.dtype === 'bool') return null;
    return { dtype: x.dtype, dims: x.dims, element: (i) => BigInt.asIntN(64, integer(BigInt(x.data[i]!))) };
  };
}

const not: Evaluation = (_, [x]) =>
  x?.dtype === 'bool' ? { dtype: 'bool', dims: x.dims, element: (i) => 1 - x.data[i]! } : null;

const where: Evaluation = (_, [condition, a, b]) => {
  if (condition?.dtype !== 'bool' || !isNumericTensor(a) || !isNumericTensor(b) || a.dtype !== b.dtype)
    return null;
  const either = broadcastDims(a.dims, b.dims);
  const dims = either && broadcastDims(condition.dims, either);
  if (dims === null) return null;
  const [c, x, y] = [condition.dims, a.dims, b.dims].map((from) => broadcastWalker(from, dims));
  return { dtype: a.dtype, dims, element: (i) => (condition.data[c!(i)]! ? a.data[x!(i)]! : b.data[y!(i)]!) };
};

const largest = { float32: Infinity, float64: Infinity, int64: 2 ** 63, int32: 2 ** 31, uint8: 256 } as const;

const cast: Evaluation = (node, [x]) => {
  const to = elementType(attr.int(node, 'to'));
  if (x?.dtype === 'bfloat16' && (to === 'float32' || to === 'float64'))
    return { dtype: to, dims: x.dims, element: (i) => bfloat16ToNumber(x.data[i]!) };
  if (!isComputable(x) || to === undefined) return null;
  const { dims } = x;
  if (to === 'bool') return { dtype: to, dims, element: (i) => (Number(x.data[i]) === 0 ? 0 : 1) };
  if (to !== 'float32' && to !== 'float64' && to !== 'int64' && to !== 'int32' && to !== 'uint8') return null;
  if (to === 'float32' || to === 'float64') return { dtype: to, dims, element: (i) => x.data[i]! };
  // Runtimes differ in how they convert a number that does not fit.
  const lowest = to === 'uint8' ? 0 : -largest[to];
  const isDefined = () => all(x.data, (value) => value >= lowest && value < largest[to]);
  const whole = (value: Element) => (typeof value === 'bigint' ? value : Math.trunc(value));
  return { dtype: to, dims, element: (i) => whole(x.data[i]!), isDefined };
};

const smaller = (a: number, b: number) => Math.min(a, b);

const larger = (a: number, b: number) => Math.max(a, b);

export const elementwise: Evaluations = {
  Add: arithmetic({ number: (a, b) => a + b, bigint: (a, b) => a + b }),
  Sub: arithmetic({ number: (a, b) => a - b, bigint: (a, b) => a - b }),
  Mul: arithmetic({ number: (a, b) => a * b, bigint: (a, b) => a * b }),
  Min: arithmetic({ number: smaller, bigint: (a, b) => (a < b ? a : b) }),
  Max: arithmetic({ number: larger, bigint: (a, b) => (a > b ? a : b) }),
  Div: divide,
  Mod: modulo,
  Neg: unary(
    (x) => -x,
    (x) => -x,
  ),
  Abs: unary(Math.abs, (x) => (x < 0n ? -x : x)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Xor: comparison((a, b) => a !== b),
  Not: not,
  Where: where,
  Cast: cast,
  Identity: (_, [x]) => x ?? null,
};
