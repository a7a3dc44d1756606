import { OneirosError } from '../../base/errors.js';
import { describe } from '../../onnx/graph/attributes.js';
import type { Graph, Node } from '../../onnx/graph/graph.js';
import { subgraphsOf } from '../../onnx/graph/subgraphs.js';
import { pruned } from '../../onnx/passes/dead-code.js';
import { isDeterministic } from '../../onnx/passes/pass.js';

/**
 * The graph without what its outputs do not need. It computes values of the forward pass once more, which must come out
 * as before.
 * @throws OneirosError `unsupported` if it draws random numbers
 */
export function requireRepeatable(graph: Graph, of: Node): Graph {
  const needed = pruned(graph);
  const random = randomIn(needed);
  if (random !== undefined)
    throw new OneirosError(
      'unsupported',
      `the gradient of ${describe(of)} would need the random numbers that ${describe(random)} inside it has drawn; ` +
        'draw them outside, or cut the path with `stopGradient`',
    );
  return needed;
}

function randomIn({ nodes }: Graph): Node | undefined {
  for (const node of nodes) {
    if (!isDeterministic(node.op) && !isDropoutInInference(node)) return node;
    const inside = subgraphsOf(node).map(randomIn);
    const found = inside.find((each) => each !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isDropoutInInference({ op, inputs }: Node): boolean {
  return op === 'Dropout' && (inputs[2] ?? '') === '';
}
