import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { operatorOf } from '../../onnx/graph/attributes.js';
import type { Graph, Node } from '../../onnx/graph/graph.js';
import { identityNode } from '../../onnx/graph/simple-nodes.js';
import { mapSubgraphs } from '../../onnx/graph/subgraphs.js';
import { rule } from '../rules/rule.js';

/**
 * An operator that exists only while a model is differentiated: it computes its first input, and its cotangent goes to
 * the second, the surrogate (Bengio, Léonard and Courville, 2013). So the model's results stay as they are, bit for bit.
 */
export const straightThrough = 'oneiros.StraightThrough';

/** y = value          dvalue = 0, dsurrogate = dy */
export const passThrough = rule(2, ({ b, dy, x: [, surrogate] }) => [null, () => b.castLike(dy, surrogate)]);

/** The value, differentiated as if it were the surrogate, which has its shape. */
export function replaceGradient(
  b: Builder,
  value: Value,
  surrogate: Value,
  name = b.fresh('through'),
): Value {
  const [domain = '', op = ''] = straightThrough.split('.');
  const inputs = [value.name, surrogate.name];
  return b.append({ name, op, domain, inputs, outputs: [name], attributes: new Map() })[0]!;
}

/** The graph as it runs: the surrogates are no longer used. */
export function withoutSurrogates(graph: Graph): Graph {
  const runs = (node: Node): Node => {
    const [[value = ''], [output = '']] = [node.inputs, node.outputs];
    return operatorOf(node) === straightThrough
      ? { ...identityNode(value, output), name: node.name }
      : mapSubgraphs(node, withoutSurrogates);
  };
  return { ...graph, nodes: graph.nodes.map(runs) };
}
