import { attr } from '../graph/attributes.js';
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

export const indexing: Rules = {
  TopK: [{ before: 10, convert: topK }],
  Scatter: [{ convert: (c) => c.keep({}, undefined, 'ScatterElements') }],
  ScatterElements: scattering,
  ScatterND: scattering,
};
