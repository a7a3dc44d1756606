import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Conversion } from './rule.js';

/**
 * Attention by a state S that each step of the sequence updates, for each head of keys and values:
 * S ← exp(g) · S if "gated", S ← S + k ⊗ v, or k ⊗ β (v − Sᵀk) if "delta"; the result is s·Sᵀq. Steps are written one
 * after another, in float32.
 */
export function linearAttention(c: Conversion): void {
  const { b, node } = c;
  const [query, key, value] = [c.required(0), c.required(1), c.required(2)];
  const length = query.type?.shape?.[1];
  if (typeof length !== 'number') c.fail('a length that is known only when the graph runs');
  const heads = attr.int(node, 'kv_num_heads');
  const rule = attr.string(node, 'update_rule', 'gated_delta');
  const [isGated, isDelta] = [rule.startsWith('gated'), rule.endsWith('delta')];
  const steps = {
    k: stepsOf(c, key, [heads, -1, 1], length),
    v: stepsOf(c, value, [heads, 1, -1], length),
    // Query heads that share a head of keys are rows.
    q: stepsOf(c, query, [heads, attr.int(node, 'q_num_heads') / heads, -1], length),
    g: isGated ? stepsOf(c, c.required(4), [heads, -1, 1], length) : [],
    rate: isDelta ? stepsOf(c, c.required(5), [-1, 1, 1], length) : [],
  };
  let state = firstState(c, key, value, heads);
  const rows = steps.q.map((q, t) => {
    const [k, v, g, beta] = [steps.k[t]!, steps.v[t]!, steps.g[t], steps.rate[t]];
    if (g) state = b.mul(state, b.exp(g));
    const written = beta ? b.mul(beta, b.sub(v, b.matmul(b.swap(k), state))) : v;
    state = b.add(state, b.mul(k, written));
    return b.unsqueeze(b.matmul(q, state), [1]);
  });
  const all = b.reshape(b.concat(rows, 1), [0, 0, -1]);
  const scale = attr.float(node, 'scale', 0);
  const size = b.div(b.dim(query, 2), attr.int(node, 'q_num_heads'));
  const scaled = scale === 0 ? b.div(all, b.sqrt(b.cast(size, 'float32'))) : b.mul(all, scale);
  c.results([b.castLike(scaled, query), b.castLike(state, c.input(3) ?? query)]);
}

/** The steps of batch × length × …, each reshaped to batch × `sizes`. */
function stepsOf(c: Conversion, x: Value, sizes: readonly number[], length: number): readonly Value[] {
  const { b } = c;
  const wide = b.cast(x, 'float32');
  const parts =
    length === 1
      ? [wide]
      : b.split(
          wide,
          Array.from({ length }, () => 1),
          1,
          length,
        );
  return parts.map((part) => b.reshape(part, [0, ...sizes]));
}

/** The given state, or zeros: batch × heads × key size × value size. */
function firstState(c: Conversion, key: Value, value: Value, heads: number): Value {
  const { b } = c;
  const past = c.input(3);
  if (past !== undefined) return b.cast(past, 'float32');
  const sizeOf = (x: Value) => b.div(b.dim(x, 2), heads);
  return b.expand(b.scalar(0, 'float32'), [b.dim(key, 0), heads, sizeOf(key), sizeOf(value)]);
}
