import type { Facts } from '../../facts/facts.js';
import type { Node } from '../../graph/graph.js';
import { checkArity } from './arity.js';
import { imageChecks } from './images.js';
import { layoutChecks } from './layout.js';
import { parameterChecks } from './parameters.js';
import { Requirements } from './requirements.js';

const checks = new Map([...imageChecks, ...layoutChecks, ...parameterChecks]);

/**
 * Rejects a node with too many or too few inputs or outputs, so that later code need not check for missing ones, and a
 * node whose inputs or attributes do not have the required ranks and lengths. ONNX Runtime checks most of these when it
 * runs, but not all: if Resize has more scales than its input has axes, they are written beyond the stack, and the
 * process crashes.
 * @throws OneirosError `bad-input` naming the input or attribute, what it has and what is required
 */
export function checkRequirements(node: Node, inputs: readonly Facts[]): void {
  checkArity(node);
  checks.get(node.op)?.(new Requirements(node, inputs));
}
