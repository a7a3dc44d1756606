import type { Value } from '../builder/graph-builder.js';
import { attr } from '../graph/attributes.js';
import type { Conversion } from './rule.js';

/**
 * Pairs (u, v) of each head's elements are rotated by the angle of their position: (u cos − v sin, u sin + v cos). Pairs
 * are neighbors if `interleaved`, otherwise one is in each half. Elements after `rotary_embedding_dim` stay.
 */
export function rotaryEmbedding(c: Conversion): void {
  const { b, node } = c;
  const x = c.required(0);
  const isFlat = c.rank(x) === 3;
  const heads = isFlat ? b.reshape(x, [0, 0, attr.int(node, 'num_heads'), -1]) : x;
  const half = b.dim(c.required(1), -1);
  const rotated = b.mul(half, 2);
  const turn = { cos: angles(c, 1, isFlat ? 2 : 1), sin: angles(c, 2, isFlat ? 2 : 1) };
  const part = b.slice(heads, [3], [0], rotated);
  const isPartial = attr.int(node, 'rotary_embedding_dim', 0) > 0;
  const turned =
    attr.int(node, 'interleaved', 0) === 1 ? neighbors(c, part, turn) : halves(c, part, half, turn);
  const all = isPartial ? b.concat([turned, b.slice(heads, [3], rotated, [Infinity])], 3) : turned;
  c.results([isFlat ? b.reshape(all, b.shape(x)) : all]);
}

interface Turn {
  readonly cos: Value;
  readonly sin: Value;
}

/** The cosines or sines of each position, with an axis for the heads. */
function angles(c: Conversion, input: number, axis: number): Value {
  const [cache, positions] = [c.required(input), c.input(3)];
  return c.b.unsqueeze(positions === undefined ? cache : c.b.gather(cache, positions, 0), [axis]);
}

function rotate({ b }: Conversion, [u, v]: readonly [Value, Value], { cos, sin }: Turn): readonly Value[] {
  return [b.sub(b.mul(u, cos), b.mul(v, sin)), b.add(b.mul(u, sin), b.mul(v, cos))];
}

function halves(c: Conversion, x: Value, half: Value, turn: Turn): Value {
  const { b } = c;
  const pair = [b.slice(x, [3], [0], half), b.slice(x, [3], half, [Infinity])] as const;
  return b.concat(rotate(c, pair, turn), 3);
}

function neighbors(c: Conversion, x: Value, turn: Turn): Value {
  const { b } = c;
  const pair = [b.slice(x, [3], [0], [Infinity], [2]), b.slice(x, [3], [1], [Infinity], [2])] as const;
  const columns = rotate(c, pair, turn).map((each) => b.unsqueeze(each, [4]));
  return b.reshape(b.concat(columns, 4), b.shape(x));
}
