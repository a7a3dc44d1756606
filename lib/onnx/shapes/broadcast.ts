import { anySize, isEqual } from '../facts/dim.js';
import { contradiction, type Facts } from '../facts/facts.js';
import type { Dim, Node, Shape } from '../graph/graph.js';

/**
 * The shape that several broadcast to; `null` if one is unknown.
 * @throws OneirosError `bad-input` if they cannot be broadcast together
 */
export function broadcast(
  node: Node,
  inputs: readonly Facts[],
  shapes: readonly (Shape | null)[],
): Shape | null {
  return shapes.reduce<Shape | null>((a, b) => {
    if (a === null || b === null) return null;
    const rank = Math.max(a.length, b.length);
    return Array.from({ length: rank }, (_, i) => {
      const [p, q] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
      const size = broadcastSizes(p, q);
      if (size === null)
        throw contradiction(node, inputs, `sizes ${p} and ${q} cannot be broadcast together`);
      return size;
    });
  }, []);
}

/** Two symbols that may differ give an unknown size: either may be 1. */
function broadcastSizes(a: Dim, b: Dim): Dim | null {
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number') return a === b ? a : null;
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return isEqual(a, b) === true ? a : anySize;
}

/**
 * The size of two axes that the operator requires to be equal: the more specific of the two.
 * @throws OneirosError `bad-input` if they are two different numbers
 */
export function unify(node: Node, inputs: readonly Facts[], what: string, a: Dim, b: Dim): Dim {
  if (isEqual(a, b) === false) throw contradiction(node, inputs, `${what}: ${a} is not ${b}`);
  if (typeof a === 'number' || b === anySize) return a;
  return typeof b === 'number' || a === anySize || b.length < a.length ? b : a;
}
