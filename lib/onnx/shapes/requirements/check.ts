import type { Facts } from '../../facts/facts.js';
import type { Node } from '../../graph/graph.js';
import { checkArity } from './arity.js';
import { imageChecks } from './images.js';
import { layoutChecks } from './layout.js';
import { parameterChecks } from './parameters.js';
import { Requirements } from './requirements.js';

const checks = new Map([...imageChecks, ...layoutChecks, ...parameterChecks]);

/**
 * Refuses a node whose inputs and outputs are not as many as its operator takes, so that nothing else looks for those
 * that are missing, and one whose inputs or attributes do not have the ranks and lengths that it requires. ONNX Runtime
 * checks most of these when it runs, but not all: scales beyond the rank of what Resize scales are written over its stack,
 * and the process dies.
 * @throws OneirosError `bad-input` naming the input or attribute, what it has and what is required
 */
export function checkRequirements(node: Node, inputs: readonly Facts[]): void {
  checkArity(node);
  checks.get(node.op)?.(new Requirements(node, inputs));
}
