import { attr } from '../../onnx/graph/attributes.js';
import { rule, type RuleTable } from './rule.js';

/** Control flow. Loop and Scan have no rules: those with a known number of iterations are unrolled before the walk. */
export const control: RuleTable = {
  // Another If with the same condition, whose branches compute the gradients of the forward branches.
  If: rule(
    1,
    ({ b, node, dys, x: [condition], captured, differentiate }) => {
      if (captured.length === 0) return [];
      const branch = (name: string) =>
        ({ type: 'graph', value: differentiate(attr.graph(node, name), dys, captured) }) as const;
      const cotangents = b.ops('If', [condition], captured.length, {
        then_branch: branch('then_branch'),
        else_branch: branch('else_branch'),
      });
      return [null, ...cotangents];
    },
    'all',
  ),
};
