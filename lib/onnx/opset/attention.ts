import type { DType } from '../../tensor/dtype.js';
import type { Value } from '../builder/graph-builder.js';
import { elementType } from '../codec/elements.js';
import { isEqual } from '../facts/dim.js';
import { attr } from '../graph/attributes.js';
import { attentionBias } from './attention-bias.js';
import { linearAttention } from './linear-attention.js';
import { rotaryEmbedding } from './rotary-embedding.js';
import type { Conversion, Rules } from './rule.js';

/**
 * softmax(s·Q Kᵀ + bias) V for each head; s is 1/√(head size) by default, and `softcap` c bends the scores to
 * c·tanh(scores/c). A row of which the bias is −∞ everywhere has the result 0.
 */
function dotProductAttention(c: Conversion): void {
  const { b, node } = c;
  const isFlat = c.rank(c.required(0)) === 3;
  const q = headsOf(c, c.required(0), 'q_num_heads');
  const key = withPast(c, headsOf(c, c.required(1), 'kv_num_heads'), 4);
  const value = withPast(c, headsOf(c, c.required(2), 'kv_num_heads'), 5);

  const products = b.matmul(scaled(c, q), b.swap(forEachQueryHead(c, key, q)));
  const cap = attr.float(node, 'softcap', 0);
  const capped = cap > 0 ? b.mul(b.tanh(b.div(products, cap)), cap) : products;
  const bias = attentionBias(c, q, key);
  const biased = bias === undefined ? capped : b.add(capped, bias.value);
  const safe = bias?.isNever === undefined ? biased : b.add(capped, b.where(bias.isNever, 0, bias.value));
  const weights = b.castLike(b.op('Softmax', [b.cast(safe, precision(c, q))], { axis: -1 }), q);

  const select = (rows: Value) => (bias?.isNever === undefined ? rows : b.where(bias.isNever, 0, rows));
  const mixed = select(b.matmul(weights, forEachQueryHead(c, value, q)));
  const y = isFlat ? b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [0, 0, -1]) : mixed;
  const shown = [() => products, () => capped, () => biased, () => select(weights)];
  const isShown = (node.outputs[3] ?? '') !== '';
  c.results([y, key, value, isShown ? shown[attr.int(node, 'qk_matmul_output_mode', 0)]?.() : undefined]);
}

/** batch × length × (heads · size) as batch × heads × length × size */
function headsOf(c: Conversion, x: Value, count: string): Value {
  const { b, node } = c;
  if (c.rank(x) === 4) return x;
  return b.transpose(b.reshape(x, [0, 0, attr.int(node, count), -1]), [0, 2, 1, 3]);
}

function withPast(c: Conversion, x: Value, input: number): Value {
  const past = c.input(input);
  return past === undefined ? x : c.b.concat([past, x], 2);
}

function scaled(c: Conversion, q: Value): Value {
  const { b, node } = c;
  if (attr.has(node, 'scale')) return b.mul(q, attr.float(node, 'scale'));
  const size = q.type?.shape?.[3];
  return typeof size === 'number'
    ? b.mul(q, 1 / Math.sqrt(size))
    : b.div(q, b.sqrt(b.castLike(b.dim(q, 3), q)));
}

/** Keys or values, each repeated for the query heads that share it. */
function forEachQueryHead(c: Conversion, x: Value, q: Value): Value {
  const { b } = c;
  const [heads, wanted] = [x.type?.shape?.[1], q.type?.shape?.[1]];
  if (heads !== undefined && wanted !== undefined && isEqual(heads, wanted) === true) return x;
  const repeats = b.div(b.dim(q, 1), b.dim(x, 1));
  const sizes = [b.dim(x, 0), b.dim(x, 1), repeats, b.dim(x, 2), b.dim(x, 3)];
  return b.reshape(b.expand(b.unsqueeze(x, [2]), sizes), [
    b.dim(x, 0),
    b.dim(q, 1),
    b.dim(x, 2),
    b.dim(x, 3),
  ]);
}

/** The element type in which the softmax is computed. */
function precision(c: Conversion, q: Value): DType {
  const code = attr.int(c.node, 'softmax_precision', 0);
  const dtype = code === 0 ? c.dtype(q) : elementType(code);
  if (dtype !== 'float16' && dtype !== 'float32' && dtype !== 'float64' && dtype !== c.dtype(q))
    c.fail(`the softmax in element type ${dtype ?? code}`);
  return dtype;
}

export const attention: Rules = {
  Attention: [{ convert: dotProductAttention }],
  LinearAttention: [{ convert: linearAttention }],
  RotaryEmbedding: [{ convert: rotaryEmbedding }],
};
