import type { Dim, Graph, Node } from '../graph.js';
import { constants, factsOfConstant } from './constants.js';
import { convolution } from './convolution.js';
import { anySize, symbol } from './dim.js';
import { elementwise } from './elementwise.js';
import { contradiction, unknown, type Facts, type Inference, type Scope } from './facts.js';
import { indexing } from './indexing.js';
import { layout } from './layout.js';
import { linear } from './linear.js';
import { normalisation } from './normalisation.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';
import { resizing } from './resize.js';

export { factsOfConstant };

const inferences: ReadonlyMap<string, Inference> = new Map(
  Object.entries({
    ...constants,
    ...convolution,
    ...elementwise,
    ...indexing,
    ...layout,
    ...linear,
    ...normalisation,
    ...pooling,
    ...reduction,
    ...resizing,
  }),
);

/**
 * What is known of a node's outputs, from what is known of its inputs. Of an operator that is not in the table nothing
 * is known. A size that shows only when the graph runs is a symbol called `output.axis`.
 * @param inputs one for each input of the node, `unknown` for an absent one
 * @param outer facts of the values around the node, for graphs inside it that capture them
 * @throws OneirosError `bad-input` if the inputs contradict the operator or each other, with the shapes it was given
 */
export function inferNode(
  node: Node,
  inputs: readonly Facts[],
  outer: Scope['outer'] = () => undefined,
): readonly Facts[] {
  const inference = node.domain === '' ? inferences.get(node.op) : undefined;
  if (inference === undefined) return node.outputs.map(() => unknown);
  const facts = inference(node, inputs, { outer, infer: inferGraph });
  return node.outputs.map((name, i) => named(node, inputs, name || `${node.name}:${i}`, facts[i] ?? unknown));
}

/** Gives what is left open a symbol that no other value has. */
function named(node: Node, inputs: readonly Facts[], name: string, facts: Facts): Facts {
  if (facts.type === null || facts.constant !== null) return facts;
  const { dtype, shape } = facts.type;
  const sizes = shape?.map((size, axis) => {
    if (typeof size === 'number' && !(Number.isSafeInteger(size) && size >= 0))
      throw contradiction(node, inputs, `axis ${axis} of the result would have size ${size}`);
    return size === anySize ? symbol(`${name}.${axis}`) : size;
  });
  return {
    type: { dtype, shape: sizes ?? null },
    content: namedContent(name, facts.content),
    constant: null,
  };
}

function namedContent(name: string, content: readonly Dim[] | null): readonly Dim[] | null {
  if (content === null || content.every((item) => item === anySize)) return null;
  return content.map((item, i) => (item === anySize ? symbol(`?${name}[${i}]`) : item));
}

/** Facts of a graph's outputs, from those of its inputs and of the values it captures. */
function inferGraph(graph: Graph, inputs: readonly Facts[], outer: Scope['outer']): readonly Facts[] {
  const values = new Map<string, Facts>();
  const lookUp = (name: string) => values.get(name) ?? outer(name);
  for (const [i, { name }] of graph.inputs.entries()) values.set(name, inputs[i] ?? unknown);
  for (const [name, tensor] of graph.initializers)
    values.set(name, tensor.dtype === 'opaque' ? unknown : factsOfConstant(tensor));
  for (const node of graph.nodes) {
    const given = node.inputs.map((name) => lookUp(name) ?? unknown);
    for (const [i, facts] of inferNode(node, given, lookUp).entries())
      values.set(node.outputs[i] ?? '', facts);
  }
  return graph.outputs.map(({ name }) => lookUp(name) ?? unknown);
}
