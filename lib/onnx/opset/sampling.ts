import { attr } from '../attributes.js';
import type { Conversion, Rules } from './rule.js';

const interpolations = new Map([
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
]);

/** Since 20 with any number of axes, and other names for the modes. */
function gridSample(c: Conversion): void {
  if (c.rank(c.required(0)) !== 4) c.fail('sampling of other than images');
  const mode = attr.string(c.node, 'mode', 'linear');
  c.keep({ mode: interpolations.get(mode) ?? mode });
}

export const sampling: Rules = {
  GridSample: [{ from: 20, convert: gridSample }],
};
