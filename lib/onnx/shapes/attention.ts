import { add, anySize, floorDiv, mul } from '../facts/dim.js';
import {
  anyShape,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  isGiven,
  known,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';

/** The result, keys and values after those of the cache, and the scores. */
const dotProductAttention: Inference = (node, inputs) => {
  const [q, k, v] = inputs;
  const [queries, keys, values] = [
    headsOf(node, q, 'q_num_heads'),
    headsOf(node, k, 'kv_num_heads'),
    headsOf(node, v, 'kv_num_heads'),
  ];
  const past = isGiven(node, 4) ? (shapeOf(inputs[4])?.[2] ?? anySize) : 0;
  const total = add(keys[2] ?? anySize, past);
  const cached = (shape: Shape) => [...shape.slice(0, 2), total, ...shape.slice(3)];
  const isFlat = shapeOf(q)?.length === 3;
  const result = [...queries.slice(0, 3), values[3] ?? anySize];
  const flat = [result[0]!, result[2]!, mul(result[1]!, result[3]!)];
  return [
    known(dtypeOf(q), shapeOf(q) === null ? null : isFlat ? flat : result),
    known(dtypeOf(k), cached(keys)),
    known(dtypeOf(v), cached(values)),
    known(dtypeOf(q), [...queries.slice(0, 3), total]),
  ];
};

/** batch × heads × length × size, also of batch × length × (heads · size) */
function headsOf(node: Node, facts: Facts | undefined, count: string): Shape {
  const shape = shapeOf(facts);
  if (shape?.length !== 3) return shape ?? anyShape(4);
  const heads = attr.int(node, count);
  return [shape[0]!, heads, shape[1]!, floorDiv(shape[2]!, heads)];
}

/** batch × length × (query heads · value size), and batch × heads × key size × value size */
const linearAttention: Inference = (node, inputs) => {
  const [q, k, v, past] = inputs;
  const [heads, queryHeads] = [attr.int(node, 'kv_num_heads'), attr.int(node, 'q_num_heads')];
  const sizeOf = (facts: Facts | undefined): Dim => floorDiv(shapeOf(facts)?.[2] ?? anySize, heads);
  const [batch, length] = shapeOf(q) ?? anyShape(2);
  return [
    known(dtypeOf(q), [batch!, length!, mul(sizeOf(v), queryHeads)]),
    known(dtypeOf(past) ?? dtypeOf(q), [batch!, heads, sizeOf(k), sizeOf(v)]),
  ];
};

export const attention: Inferences = {
  Attention: dotProductAttention,
  LinearAttention: linearAttention,
  RotaryEmbedding: sameAsFirst,
};
