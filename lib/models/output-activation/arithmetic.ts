import type { Node, Shape } from '../../onnx/graph/graph.js';
import { hullOf, negated, productOf, reciprocalOf, single, type Spread, type Sum, sumOf } from './spread.js';

/** What a rule gets besides the node. */
export interface RuleInput {
  readonly x: readonly Spread[];
  readonly shape: (input: number) => Shape | null;
  readonly result: Shape | null;
  /** The elements of an input that is a small integer constant; `null` for other inputs. */
  readonly numbers: (input: number) => readonly number[] | null;
}

/** Derives what is known about a node's result. Missing fields default to those of an unknown value. */
export type Rule = (node: Node, given: RuleInput) => Partial<Spread>;

/** A constant this small only guards against division by 0. */
const negligible = 1e-3;

function unclearOf(x: readonly Spread[]): string | null {
  return x.find(({ unclear }) => unclear !== null)?.unclear ?? null;
}

function scaled(sum: Sum | null, factor: number): Sum | null {
  return sum?.of === 'numbers' ? { ...sum, total: sum.total * factor } : null;
}

function addedSums(a: Sum | null, b: Sum | null): Sum | null {
  if (a?.of !== 'numbers' || b?.of !== 'numbers' || a.axis === null || a.axis !== b.axis) return null;
  return { ...a, total: a.total + b.total };
}

const add: Rule = (_, { x: [a, b] }) => {
  const range = { ...sumOf(a!, b!), unclear: unclearOf([a!, b!]), sum: addedSums(a!.sum, b!.sum) };
  for (const [one, other] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const constant = single(other);
    if (constant !== null && Math.abs(constant) <= negligible && one.relation !== null)
      return { ...range, relation: one.relation };
  }
  const ids = [...(b!.low >= 0 ? [a!.id] : []), ...(a!.low >= 0 ? [b!.id] : [])];
  return { ...range, relation: { kind: 'at-least', ids } };
};

const subtract: Rule = (node, { x: [a, b] }) => {
  const range = { ...sumOf(a!, negated(b!)), unclear: unclearOf([a!, b!]) };
  const { relation } = b!;
  const scores = a!.relation?.kind === 'shifted' ? a!.relation.scores : node.inputs[0]!;
  if (relation?.kind === 'max' && relation.id === a!.id)
    return { ...range, relation: { kind: 'shifted', scores } };
  if (relation?.kind === 'log-sum-exp' && relation.id === a!.id)
    return { high: 0, scores, unclear: 'Sub', sum: { axis: relation.axis, total: 1, of: 'exponentials' } };
  return single(a!) === 1 ? { ...range, relation: { kind: 'complement', id: b!.id } } : range;
};

/** The result of dividing nonnegative numbers by their sum along `axis`. */
function normalized(x: Spread, axis: number): Partial<Spread> {
  const scores = x.relation?.kind === 'exp' ? x.relation.scores : null;
  return { low: 0, high: 1, scores, sum: { axis, total: 1, of: 'numbers' } };
}

const multiply: Rule = (_, { x: [a, b] }) => {
  for (const [one, other] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const { relation } = other;
    if (relation?.kind === 'reciprocal-sum' && relation.of.id === one.id && one.low >= 0)
      return normalized(one, relation.axis);
  }
  const factor = single(a!) ?? single(b!);
  const scaledOne = single(a!) === null ? a! : b!;
  return {
    ...productOf(a!, b!),
    unclear: unclearOf([a!, b!]),
    sum: factor === null ? null : scaled(scaledOne.sum, factor),
  };
};

const divide: Rule = (_, { x: [a, b] }) => {
  const { relation } = b!;
  if (relation?.kind === 'sum' && relation.of.id === a!.id && a!.low >= 0)
    return normalized(a!, relation.axis);
  if (relation?.kind === 'at-least' && relation.ids.includes(a!.id) && a!.low >= 0)
    return { low: 0, high: 1 };
  const divisor = single(b!);
  return {
    ...productOf(a!, reciprocalOf(b!)),
    unclear: unclearOf([a!, b!]),
    sum: divisor === null || divisor === 0 ? null : scaled(a!.sum, 1 / divisor),
  };
};

const exponential: Rule = (node, { x: [x] }) => {
  const scores = x!.relation?.kind === 'shifted' ? x!.relation.scores : node.inputs[0]!;
  const range = { low: Math.exp(x!.low), high: Math.exp(x!.high) };
  if (x!.sum?.of === 'exponentials')
    return { ...range, scores: x!.scores, sum: { ...x!.sum, of: 'numbers' } };
  // Two Exp nodes of the same input hold the same value, so they share an id.
  return { ...range, unclear: 'Exp', id: `\0exp ${x!.id}`, relation: { kind: 'exp', id: x!.id, scores } };
};

const logarithm: Rule = (_, { x: [x] }) => {
  const range = { low: Math.log(Math.max(0, x!.low)), high: Math.log(Math.max(0, x!.high)), unclear: 'Log' };
  if (x!.sum?.of === 'numbers')
    return { ...range, scores: x!.scores, sum: { ...x!.sum, of: 'exponentials' } };
  const { relation } = x!;
  if (relation?.kind !== 'sum' || relation.of.relation?.kind !== 'exp') return range;
  return { ...range, relation: { kind: 'log-sum-exp', id: relation.of.relation.id, axis: relation.axis } };
};

const reciprocal: Rule = (_, { x: [x] }) => {
  const { relation } = x!;
  return {
    ...reciprocalOf(x!),
    unclear: 'Reciprocal',
    relation: relation?.kind === 'sum' ? { ...relation, kind: 'reciprocal-sum' } : null,
  };
};

/** Max or Min. A bound that only guards against division by 0 keeps the relation of the other input. */
const bounded =
  (choose: (...numbers: readonly number[]) => number): Rule =>
  (_, { x }) => {
    const [constant, ...others] = x.filter((one) => single(one) !== null);
    const [rest] = x.filter((one) => single(one) === null);
    const isGuard = others.length === 0 && constant !== undefined && Math.abs(constant.low) <= negligible;
    return {
      low: choose(...x.map(({ low }) => low)),
      high: choose(...x.map(({ high }) => high)),
      unclear: unclearOf(x),
      ...(isGuard && x.length === 2 && rest !== undefined && { relation: rest.relation }),
    };
  };

const clip: Rule = (_, { x: [x, least, most] }) => {
  const [min, max] = [least?.low ?? -Infinity, most?.high ?? Infinity];
  const within = (value: number) => Math.min(max, Math.max(min, value));
  const isGuard = min <= negligible && max >= 1 - negligible;
  return {
    low: within(x!.low),
    high: within(x!.high),
    unclear: x!.unclear,
    ...(isGuard && {
      scores: x!.scores,
      relation: x!.relation,
      sum: x!.sum?.of === 'numbers' ? x!.sum : null,
    }),
  };
};

const mean: Rule = (_, { x }) => {
  const total = x.reduce<Sum | null>((sum, one, i) => (i === 0 ? one.sum : addedSums(sum, one.sum)), null);
  return {
    low: x.reduce((sum, { low }) => sum + low, 0) / x.length,
    high: x.reduce((sum, { high }) => sum + high, 0) / x.length,
    unclear: unclearOf(x),
    sum: scaled(total, 1 / x.length),
  };
};

const sum: Rule = (node, given) => {
  const { low = 0, high = 0, ...rest } = mean(node, given);
  const count = given.x.length;
  return { ...rest, low: low * count, high: high * count, sum: scaled(rest.sum ?? null, count) };
};

const power: Rule = (_, { x: [x, exponent] }) => {
  const by = single(exponent!);
  if (x!.low < 0 || by === null || by < 0) return { unclear: 'Pow' };
  return { low: x!.low ** by, high: x!.high ** by, unclear: 'Pow' };
};

export const arithmetic: readonly (readonly [string, Rule])[] = [
  ['Add', add],
  ['Sub', subtract],
  ['Mul', multiply],
  ['Div', divide],
  ['Neg', (_, { x: [x] }) => ({ ...negated(x!), unclear: x!.unclear })],
  ['Exp', exponential],
  ['Log', logarithm],
  ['Reciprocal', reciprocal],
  ['Pow', power],
  [
    'Sqrt',
    (_, { x: [x] }) => ({ low: Math.sqrt(Math.max(0, x!.low)), high: Math.sqrt(x!.high), unclear: 'Sqrt' }),
  ],
  ['Max', bounded(Math.max)],
  ['Min', bounded(Math.min)],
  ['Clip', clip],
  ['Mean', mean],
  ['Sum', sum],
  ['Where', (_, { x: [, a, b] }) => ({ ...hullOf([a!, b!]), unclear: unclearOf([a!, b!]) })],
];
