import { Builder } from '../../onnx/builder/builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import { reverseLoop } from './loops/reverse-loop.js';
import { requireRepeatable } from './repeatable.js';
import { rule, type RuleTable } from './rule.js';

/** Control flow. Loops of a small, known number of iterations are unrolled before the walk. */
export const control: RuleTable = {
  // Another If with the same condition, whose branches compute the gradients of the forward branches.
  If: rule(
    1,
    ({ b, node, dys, x: [condition], captured, enter }) => {
      if (captured.length === 0) return [];
      const branch = (name: string) => {
        const inner = new Builder(b);
        const cotangents = enter(attr.graph(node, name), inner, []).pullBack(dys, captured);
        for (const [i, value] of captured.entries())
          inner.output(cotangents[i] ?? inner.fillLike(value, 0), inner.fresh('cotangent'));
        return { type: 'graph', value: requireRepeatable(inner.graph(`gradient of ${name}`), node) } as const;
      };
      const cotangents = b.ops('If', [condition], captured.length, {
        then_branch: branch('then_branch'),
        else_branch: branch('else_branch'),
      });
      return [null, ...cotangents];
    },
    'all',
  ),

  // A Scan from the last iteration to the first, over the values that the loop carried into each iteration.
  Loop: rule(0, reverseLoop, 'all'),
  Scan: rule(0, reverseLoop, 'all'),
};
