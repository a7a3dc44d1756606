import { attr } from '../graph/attributes.js';
import { fromFront } from '../graph/axis.js';
import type { Conversion, Rules } from './rule.js';

function topK(c: Conversion): void {
  c.keep({ k: undefined }, [c.required(0), c.b.sizes([attr.int(c.node, 'k')])]);
}

/** Since 18, updates of the same element may be combined by their maximum or minimum. */
function scatter(c: Conversion): void {
  const reduction = attr.string(c.node, 'reduction', 'none');
  if (reduction === 'max' || reduction === 'min') c.fail(`the reduction "${reduction}"`);
  c.keep();
}

const scattering = [{ from: 18, convert: scatter }];

/**
 * Writes an update into a cache from its place on, which may differ for each item of the batch; "circular" continues at
 * the beginning.
 */
function tensorScatter(c: Conversion): void {
  const { b, node } = c;
  const [cache, update, starts] = [c.required(0), c.required(1), c.input(2)];
  const rank = c.rank(cache);
  const axis = fromFront(attr.int(node, 'axis', -2), rank);
  const steps = b.range(b.dim(update, axis));
  const rows = starts === undefined ? b.unsqueeze(steps, [0]) : b.add(b.unsqueeze(starts, [1]), steps);
  const isCircular = attr.string(node, 'mode', 'linear') === 'circular';
  const places = isCircular ? b.op('Mod', [rows, b.dim(cache, axis)]) : rows;
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== 0 && i !== axis);
  const indices = b.expand(b.unsqueeze(places, others), b.shape(update));
  c.emit('ScatterElements', [cache, indices, update], { axis });
}

export const indexing: Rules = {
  TopK: [{ before: 10, convert: topK }],
  Scatter: [{ convert: (c) => c.keep({}, undefined, 'ScatterElements') }],
  ScatterElements: scattering,
  ScatterND: scattering,
  TensorScatter: [{ convert: tensorScatter }],
};
