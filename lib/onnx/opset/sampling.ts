import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

const interpolations = new Map([
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
]);

/** Since 20, any number of axes is allowed, and the modes have other names. */
function gridSample(c: Conversion): void {
  if (c.rank(c.required(0)) !== 4) c.fail('sampling of tensors that are not images');
  const mode = attr.string(c.node, 'mode', 'linear');
  c.keep({ mode: interpolations.get(mode) ?? mode });
}

export const sampling: Rules = {
  GridSample: [{ from: 20, convert: gridSample }],
};
