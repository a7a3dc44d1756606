import { dtypeOf } from '../../onnx/builder/builder.js';
import { isFloat } from '../../tensor/dtype.js';
import { broadcasting, type Cotangents, noGradient, rule, type RuleContext, type RuleTable } from './rule.js';

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** Arithmetic and elementary functions, element by element. `dy` is the cotangent of `y`. */
export const elementwise: RuleTable = {
  Identity: rule(1, ({ dy }) => [dy]),
  Neg: rule(1, ({ b, dy }) => [b.neg(dy)]),
  Add: broadcasting(2, ({ dy }) => [dy, dy]),
  Sub: broadcasting(2, ({ b, dy }) => [dy, () => b.neg(dy)]),
  // y = a · c          da = dy · c, dc = dy · a
  Mul: broadcasting(2, ({ b, dy, x: [a, c] }) => [() => b.mul(dy, c), () => b.mul(dy, a)]),
  // y = a / c          da = dy / c, dc = −dy · y / c
  Div: broadcasting(2, ({ b, dy, x: [, c], y: [y] }) => [
    () => b.div(dy, c),
    () => b.neg(b.div(b.mul(dy, y), c)),
  ]),
  // y = aᵖ             da = dy · p · aᵖ⁻¹, 0 where p = 0; dp = dy · y · ln a, 0 where a = 0 ≤ p (PyTorch)
  Pow: broadcasting(2, ({ b, dy, x: [a, p], y: [y] }) => [
    () => {
      const exponent = b.castLike(p, a);
      const slope = b.mul(exponent, b.pow(a, b.sub(exponent, 1)));
      return b.where(b.equal(exponent, 0), 0, b.mul(dy, slope));
    },
    () => {
      const isZero = b.and(b.equal(a, 0), b.greaterOrEqual(p, 0));
      return b.castLike(b.where(isZero, 0, b.mul(dy, b.mul(y, b.log(a)))), p);
    },
  ]),
  // y = a − m · trunc(a / m)          da = dy, dm = −dy · trunc(a / m)
  Mod: broadcasting(2, ({ b, dy, x: [a, m], y: [y] }) => [
    dy,
    () => b.neg(b.mul(dy, b.op('Round', [b.div(b.sub(a, y), m)]))),
  ]),
  Sum: broadcasting(1, ({ dy, x }) => x.map(() => dy)),
  Mean: broadcasting(1, ({ b, dy, x }) => {
    const share = b.div(dy, x.length);
    return x.map(() => share);
  }),
  // Ties share the cotangent evenly, as in torch.maximum.
  Max: broadcasting(1, toExtremes),
  Min: broadcasting(1, toExtremes),
  // y = c ? a : d
  Where: broadcasting(3, ({ b, dy, x: [condition] }) => [
    null,
    () => b.where(condition, dy, 0),
    () => b.where(condition, 0, dy),
  ]),
  // d|x| = sign x, 0 at 0
  Abs: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.sign(x))]),
  Reciprocal: rule(1, ({ b, dy, y: [y] }) => [b.neg(b.mul(dy, b.square(y)))]),
  Sqrt: rule(1, ({ b, dy, y: [y] }) => [b.div(dy, b.mul(y, 2))]),
  Exp: rule(1, ({ b, dy, y: [y] }) => [b.mul(dy, y)]),
  Log: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, x)]),
  Erf: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.mul(b.exp(b.neg(b.square(x))), twoOverRootPi))]),
  Sin: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.cos(x))]),
  Cos: rule(1, ({ b, dy, x: [x] }) => [b.neg(b.mul(dy, b.sin(x)))]),
  Tan: rule(1, ({ b, dy, y: [y] }) => [b.mul(dy, b.add(b.square(y), 1))]),
  Sinh: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.op('Cosh', [x]))]),
  Cosh: rule(1, ({ b, dy, x: [x] }) => [b.mul(dy, b.op('Sinh', [x]))]),
  Asin: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.sqrt(b.sub(1, b.square(x))))]),
  Acos: rule(1, ({ b, dy, x: [x] }) => [b.neg(b.div(dy, b.sqrt(b.sub(1, b.square(x)))))]),
  Atan: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.add(b.square(x), 1))]),
  Asinh: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.sqrt(b.add(b.square(x), 1)))]),
  Acosh: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.sqrt(b.sub(b.square(x), 1)))]),
  Atanh: rule(1, ({ b, dy, x: [x] }) => [b.div(dy, b.sub(1, b.square(x)))]),
  // Conversions: a cotangent goes back in its value's element type; none passes through integers.
  Cast: rule(1, ({ b, dy, x: [x], y: [y] }) => [isFloat(dtypeOf(y)) ? b.castLike(dy, x) : null]),
  // Only the type of the second input counts.
  CastLike: rule(1, ({ b, dy, x: [x], y: [y] }) => [
    isFloat(dtypeOf(y)) ? () => b.castLike(dy, x) : null,
    null,
  ]),
  Sign: noGradient,
  Floor: noGradient,
  Ceil: noGradient,
  Round: noGradient,
  Equal: noGradient,
  Greater: noGradient,
  GreaterOrEqual: noGradient,
  Less: noGradient,
  LessOrEqual: noGradient,
  IsNaN: noGradient,
  IsInf: noGradient,
  And: noGradient,
  Or: noGradient,
  Xor: noGradient,
  Not: noGradient,
  // In inference everything passes; in training what the mask keeps passes, scaled by 1 / (1 − ratio).
  Dropout: rule(1, ({ b, node, dy, x: [, ratio, training], y: [y, given] }) => {
    const isTraining = training?.constant?.data[0];
    if (training === undefined || isTraining === 0) return [dy, null];
    const mask = given ?? b.extend(node, { ...node, outputs: [y.name, b.fresh('mask')] })[0]!;
    const scale = b.reciprocal(
      b.sub(1, ratio === undefined ? b.scalar(0.5, dtypeOf(dy)) : b.castLike(ratio, dy)),
    );
    const passed = isTraining === undefined ? b.where(training, b.mul(dy, scale), dy) : b.mul(dy, scale);
    return [b.where(mask, passed, 0)];
  }),
};

function toExtremes({ b, dy, x, y: [y] }: RuleContext): Cotangents {
  if (x.length === 1) return [dy];
  const isChosen = x.map((input) => b.equal(input ?? y, y));
  const count = isChosen.map((chosen) => b.castLike(chosen, y)).reduce((a, c) => b.add(a, c));
  const share = b.div(dy, count);
  return isChosen.map((chosen) => () => b.where(chosen, share, 0));
}
