import type { DType } from '../../tensor/dtype.js';
import { elementType } from '../codec/elements.js';
import * as dims from '../facts/dim.js';
import { anySize } from '../facts/dim.js';
import {
  commonDType,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  shapeOf,
  unknown,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim } from '../graph/graph.js';
import { broadcast } from './broadcast.js';
import { castElement, ceil, divide, floor, mapContent, modulo, numeric, symbolic } from './content.js';

const cast: Inference = (node, [x]) => castTo(x, elementType(attr.int(node, 'to')));

const castLike: Inference = (_, [x, like]) => castTo(x, dtypeOf(like));

function castTo(x: Facts | undefined, to: DType | undefined): readonly Facts[] {
  const shape = shapeOf(x);
  if (to === undefined) return [unknown];
  return [
    known(
      to,
      shape,
      mapContent((from, element = anySize) => castElement(element, from, to), shape, [x]),
    ),
  ];
}

export type ElementFunction = Parameters<typeof mapContent>[0];

/** One operand (other inputs are parameters); `dtype` if the result has a fixed type. */
function unary(f: ElementFunction | null = null, dtype?: DType): Inference {
  return (_, [x]) => {
    const shape = shapeOf(x);
    return [known(dtype ?? dtypeOf(x), shape, f && mapContent(f, shape, [x]))];
  };
}

/** Operands of one type, broadcast together; `dtype` if the result has a fixed type. */
function broadcasting(f: ElementFunction | null = null, dtype?: DType): Inference {
  return (node, inputs) => {
    const common = commonDType(node, inputs);
    const shape = broadcast(node, inputs, inputs.map(shapeOf));
    return [known(dtype ?? common, shape, f && mapContent(f, shape, inputs))];
  };
}

/** Any number of operands, combined two at a time. */
function variadic(f: (dtype: DType, a: Dim, b: Dim) => Dim): ElementFunction {
  return (dtype, first = anySize, ...others) => others.reduce((a, b) => f(dtype, a, b), first);
}

const equal: ElementFunction = (_, a = anySize, b = anySize) => {
  const answer = dims.isEqual(a, b);
  return answer === null ? anySize : Number(answer);
};

/** Decides a comparison by the difference of its sides, if the sign of that is certain. */
function ordered(compare: (difference: number) => boolean): ElementFunction {
  return (_, a = anySize, b = anySize) => {
    const difference = dims.sub(a, b);
    if (typeof difference === 'number') return Number(compare(difference));
    if (dims.isAtLeastZero(dims.sub(difference, 1))) return Number(compare(1));
    return dims.isAtLeastZero(dims.sub(dims.sub(0, difference), 1)) ? Number(compare(-1)) : anySize;
  };
}

/** out = condition ? a : b; nothing is converted, so the types of a and b must agree. */
const where: Inference = (node, inputs) => {
  const [condition, a, b] = inputs;
  const shape = broadcast(node, inputs, inputs.map(shapeOf));
  const choose: ElementFunction = (_, test = anySize, yes = anySize, no = anySize) => {
    if (typeof test === 'number') return test ? yes : no;
    return dims.isEqual(yes, no) === true ? yes : anySize;
  };
  return [known(commonDType(node, inputs, [a, b]), shape, mapContent(choose, shape, [condition, a, b]))];
};

/** The exponent may have another type. */
const pow: Inference = (node, inputs) => {
  const shape = broadcast(node, inputs, inputs.map(shapeOf));
  const f = numeric((base, exponent) => base ** exponent);
  return [known(dtypeOf(inputs[0]), shape, mapContent(f, shape, inputs))];
};

/** y, and the mask of the kept elements. */
const dropout: Inference = (_, [x]) => [known(dtypeOf(x), shapeOf(x), x?.content), known('bool', shapeOf(x))];

function roundHalfToEven(x: number): number {
  const floored = Math.floor(x);
  const isTie = x - floored === 0.5;
  return isTie ? 2 * Math.round(x / 2) : Math.round(x);
}

export const elementwise: Inferences = {
  Cast: cast,
  CastLike: castLike,
  Acos: unary(),
  Acosh: unary(),
  Asin: unary(),
  Asinh: unary(),
  Atan: unary(),
  Atanh: unary(),
  Cos: unary(),
  Cosh: unary(),
  Sin: unary(),
  Sinh: unary(),
  Tan: unary(),
  Exp: unary(),
  Log: unary(),
  Erf: unary(),
  Reciprocal: unary(),
  BitwiseNot: unary(),
  Abs: unary(numeric(Math.abs)),
  Ceil: unary(ceil),
  Dropout: dropout,
  Floor: unary(floor),
  Identity: (_, [x]) => [x ?? unknown],
  IsInf: unary(null, 'bool'),
  IsNaN: unary(null, 'bool'),
  Neg: unary(
    symbolic(
      (a) => dims.sub(0, a),
      (a) => -a,
    ),
  ),
  Not: unary(numeric((a) => Number(!a))),
  Round: unary(numeric(roundHalfToEven)),
  Sign: unary(numeric(Math.sign)),
  Sqrt: unary(numeric(Math.sqrt)),
  Add: broadcasting(symbolic(dims.add, (a, b) => a + b)),
  Sub: broadcasting(symbolic(dims.sub, (a, b) => a - b)),
  Mul: broadcasting(symbolic(dims.mul, (a, b) => a * b)),
  Div: broadcasting(divide),
  Mod: (node, inputs, scope) =>
    broadcasting(node.attributes.has('fmod') ? null : modulo)(node, inputs, scope),
  Pow: pow,
  BitShift: broadcasting(),
  BitwiseAnd: broadcasting(),
  BitwiseOr: broadcasting(),
  BitwiseXor: broadcasting(),
  Max: broadcasting(variadic(symbolic(dims.max, Math.max))),
  Min: broadcasting(variadic(symbolic(dims.min, Math.min))),
  Mean: broadcasting(),
  Sum: broadcasting(variadic(symbolic(dims.add, (a, b) => a + b))),
  And: broadcasting(
    numeric((a, b) => Number(a !== 0 && b !== 0)),
    'bool',
  ),
  Or: broadcasting(
    numeric((a, b) => Number(a !== 0 || b !== 0)),
    'bool',
  ),
  Xor: broadcasting(
    numeric((a, b) => Number(a !== b)),
    'bool',
  ),
  Equal: broadcasting(equal, 'bool'),
  Greater: broadcasting(
    ordered((difference) => difference > 0),
    'bool',
  ),
  GreaterOrEqual: broadcasting(
    ordered((difference) => difference >= 0),
    'bool',
  ),
  Less: broadcasting(
    ordered((difference) => difference < 0),
    'bool',
  ),
  LessOrEqual: broadcasting(
    ordered((difference) => difference <= 0),
    'bool',
  ),
  Where: where,
};
