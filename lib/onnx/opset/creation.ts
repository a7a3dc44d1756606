import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/** ONNX Runtime takes vectors of one element too, but not where it knows their shape when it loads the model. */
function range(c: Conversion): void {
  const ends = [c.required(0), c.required(1), c.required(2)];
  const scalars = ends.map((end) => (end.type?.shape?.length === 0 ? end : c.b.reshape(end, [])));
  c.keep({}, scalars);
}

/** Since 27, half floats are counted in float32, unless `stash_type` is 0. */
function rangeSince27(c: Conversion): void {
  const { b, node } = c;
  const ends = [c.required(0), c.required(1), c.required(2)];
  const [start] = ends;
  const isNarrow = ['float16', 'bfloat16'].includes(c.dtype(c.required(0)));
  if (!isNarrow || attr.int(node, 'stash_type', 1) !== 1) {
    c.keep(isNarrow ? {} : { stash_type: undefined });
    return;
  }
  const wide = ends.map((value) => b.cast(value, 'float32'));
  c.results([b.op('CastLike', [b.op('Range', wide), start])]);
}

export const creation: Rules = {
  Range: [{ from: 27, convert: rangeSince27 }, { convert: range }],
};
