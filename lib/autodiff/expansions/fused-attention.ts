import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Expansion, Expansions } from './expansion.js';

/** Queries, keys and values by head: [batch, heads, sequence, size]. */
interface Heads {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** softmax(Q Kᵀ · scale + masks) V, with the heads side by side: [batch, sequence, heads · size]. */
function attend(c: Expansion, { query, key, value }: Heads, masks: readonly (Value | undefined)[]): Value {
  const { b, node } = c;
  const given = attr.float(node, 'scale', 0);
  const scaled = given === 0 ? b.div(query, rootOfSize(c, query)) : b.mul(query, given);
  const product = b.matmul(scaled, b.swap(key));
  const masked = masks.reduce<Value>((sum, mask) => (mask === undefined ? sum : b.add(sum, mask)), product);
  const scores = attr.int(node, 'unidirectional', 0) === 0 ? masked : causal(c, masked);
  const mixed = b.matmul(b.op('Softmax', [scores], { axis: -1 }), value);
  return b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [0, 0, -1]);
}

function rootOfSize(c: Expansion, query: Value): Value {
  return c.b.sqrt(c.b.castLike(c.b.dim(query, 3), query));
}

/** Scores of keys behind the query become −∞; the last query belongs to the last key. */
function causal(c: Expansion, scores: Value): Value {
  const { b } = c;
  const at = (size: Value) => b.reshape(size, []);
  const [queries, keys] = [b.dim(scores, 2), b.dim(scores, 3)];
  const one = b.scalar(1, 'int64');
  const range = (from: Value) => b.op('Range', [at(from), at(keys), one]);
  const rows = b.reshape(range(b.sub(keys, queries)), [-1, 1]);
  return b.where(b.lessOrEqual(range(b.sizes([0])), rows), scores, -Infinity);
}

/** [batch, sequence, heads · size] → [batch, heads, sequence, size] */
function split(c: Expansion, x: Value): Value {
  const heads = attr.int(c.node, 'num_heads');
  return c.b.transpose(c.b.reshape(x, [0, 0, heads, -1]), [0, 2, 1, 3]);
}

/**
 * What a mask of keys adds to the scores: `mask_filter_value` where it is 0. It has one number for each key, or for
 * each query and key, of each image, or one for each image: how many keys count.
 */
function maskFilter(c: Expansion, index: number, { query, key }: Heads): Value | undefined {
  const { b, node } = c;
  const mask = c.input(index);
  if (mask === undefined) return undefined;
  const rank = c.rank(mask);
  if (rank > 3) return c.fail('a mask of more than 3 axes');
  if (rank === 1 && mask.type?.shape?.[0] !== query.type?.shape?.[0])
    c.fail('a mask of one axis that has not one number for each image');
  const keys = b.range(b.dim(key, 2));
  const counts =
    rank === 1
      ? b.less(keys, b.reshape(b.cast(mask, 'int64'), [-1, 1]))
      : b.greater(b.cast(mask, 'int64'), 0);
  const axes = rank === 3 ? [1] : [1, 2];
  const filter = b.scalar(attr.float(node, 'mask_filter_value', -10000), c.dtype(query));
  return b.where(b.unsqueeze(counts, axes), 0, filter);
}

/** Keys or values with those of the past before them. */
function withPast(c: Expansion, past: Value | undefined, present: Value): Value {
  return past === undefined ? present : c.b.concat([past, present], 2);
}

/** Refuses inputs, attributes and outputs that are not differentiated. */
function refuse(
  c: Expansion,
  inputs: readonly number[],
  flags: readonly string[],
  firstOutput: number,
): void {
  for (const index of inputs) if (c.input(index) !== undefined) c.fail(`its input ${index}`);
  for (const flag of flags) if (attr.int(c.node, flag, 0) !== 0) c.fail(flag);
  if (c.node.outputs.slice(firstOutput).some((name) => name !== '')) c.fail(`its output ${firstOutput}`);
}

/**
 * Inputs: query, key, value, bias, mask of keys, what is added to scores, past keys, past values. Query and keys may
 * hold what follows them, and keys and values may be split into heads already.
 */
function multiHeadAttention(c: Expansion): void {
  refuse(c, [8, 9], [], 3);
  const { query, key, value } = headsOf(c);
  const heads = { query, key: withPast(c, c.input(6), key), value: withPast(c, c.input(7), value) };
  c.results([attend(c, heads, [maskFilter(c, 4, heads), c.input(5)]), heads.key, heads.value]);
}

function headsOf(c: Expansion): Heads {
  const { b } = c;
  const [query, key, value, bias] = [c.required(0), c.input(1), c.input(2), c.input(3)];
  const packed = c.rank(query) === 5 ? query : key !== undefined && c.rank(key) === 5 ? key : undefined;
  if (packed !== undefined) {
    if (bias !== undefined) return c.fail('packed inputs and a bias');
    const at = (index: number) => b.transpose(b.gather(packed, b.scalar(index, 'int64'), 3), [0, 2, 1, 3]);
    return packed === query
      ? { query: at(0), key: at(1), value: at(2) }
      : { query: split(c, query), key: at(0), value: at(1) };
  }
  if (key === undefined || value === undefined) return c.fail('queries alone');
  if (c.rank(key) === 4) {
    if (bias !== undefined) return c.fail('keys by head and a bias');
    return { query: split(c, query), key, value };
  }
  const [q, k, v] = bias === undefined ? [] : parts(c, bias, [query, key, value], 0);
  const plus = (x: Value, y: Value | undefined) => split(c, y === undefined ? x : b.add(x, y));
  return { query: plus(query, q), key: plus(key, k), value: plus(value, v) };
}

/** A tensor split along an axis into pieces that are as large as the last axes of others. */
function parts(c: Expansion, x: Value, like: readonly Value[], axis: number): readonly Value[] {
  return c.b.split(x, c.b.join(like.map((each) => c.b.dim(each, c.rank(each) - 1))), axis, like.length);
}

/** Inputs: x, weights and bias of query, key and value side by side, mask of keys, past, what is added to scores. */
function attention(c: Expansion): void {
  const { b, node } = c;
  refuse(c, [6], ['do_rotary', 'past_present_share_buffer'], 2);
  const [weights, bias, past] = [c.required(1), c.input(2), c.input(4)];
  const product = b.matmul(c.required(0), weights);
  const projected = bias === undefined ? product : b.add(product, bias);
  const third = b.div(b.dim(weights, 1), 3);
  const given = attr.ints(node, 'qkv_hidden_sizes', []);
  const sizes = given.length === 3 ? given : b.join([third, third, third]);
  const [query, key, value] = b.split(projected, sizes, 2, 3).map((part) => split(c, part));
  const before = (index: number) => past && b.gather(past, b.scalar(index, 'int64'), 0);
  const heads = { query: query!, key: withPast(c, before(0), key!), value: withPast(c, before(1), value!) };
  const y = attend(c, heads, [maskFilter(c, 3, heads), c.input(5)]);
  const hasPresent = (node.outputs[1] ?? '') !== '';
  const both = hasPresent ? [heads.key, heads.value].map((each) => b.unsqueeze(each, [0])) : [];
  c.results([y, hasPresent ? b.concat(both, 0) : undefined]);
}

/** Attention of several heads, which ONNX Runtime's optimizer makes of its parts. */
export const fusedAttention: Expansions = {
  'com.microsoft.Attention': attention,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
};
