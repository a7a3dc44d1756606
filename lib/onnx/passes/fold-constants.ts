import { isSameList } from '../../base/same-list.js';
import type { DType } from '../../tensor/dtype.js';
import { sizeOf, type Tensor, tensor } from '../../tensor/tensor.js';
import { evaluate } from '../evaluate/evaluate.js';
import { type Facts, numbersIn } from '../facts/facts.js';
import { Budget } from '../graph/budget.js';
import type { Graph, Model, Node, OpaqueTensor } from '../graph/graph.js';
import { mapSubgraphs, subgraphsOf } from '../graph/subgraphs.js';
import { inferWithin } from '../shapes/infer.js';
import { isDeterministic, withGraph } from './pass.js';

/** Results with at most this many elements are folded regardless of the size of the inputs. */
const small = 1024;
/** Larger results are never folded. */
const most = 2 ** 22;

type LookUp = (name: string) => Tensor | undefined;

/**
 * Replaces what does not depend on the model's inputs by constants:
 * - nodes whose inputs are constants, if they can be evaluated here and the result is small, or no larger than the
 *   inputs together
 * - small integer tensors that shape inference knows, such as the sizes of a value of fixed shape
 * - Constant nodes
 *
 * A node that makes an output of its graph stays, and so does one for which the budget has no room.
 * @param variables constants and results of nodes that count as unknown, such as weights to differentiate by
 */
export function foldConstants(
  model: Model,
  budget = Budget.for(model),
  variables: ReadonlySet<string> = new Set(),
): Model {
  const facts = inferWithin(budget, model);
  const constantOf: LookUp = (name) => facts.get(name)?.constant ?? undefined;
  return withGraph(model, foldGraph(model.graph, { facts, variables, outer: constantOf, budget }));
}

interface Folding {
  readonly facts: ReadonlyMap<string, Facts>;
  readonly variables: ReadonlySet<string>;
  /** The constants of the graphs around. */
  readonly outer: LookUp;
  readonly budget: Budget;
}

function foldGraph(graph: Graph, folding: Folding): Graph {
  const { facts, variables, outer, budget } = folding;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const folded = new Map<string, Tensor | OpaqueTensor>();
  const constantOf: LookUp = (name) => {
    if (variables.has(name)) return undefined;
    const own = folded.get(name) ?? graph.initializers.get(name);
    return own === undefined || own.dtype === 'opaque' ? outer(name) : own;
  };
  const fold = (body: Graph) => foldGraph(body, { ...folding, outer: constantOf });
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const stays =
      node.outputs.some((name) => outputs.has(name) || variables.has(name)) || subgraphsOf(node).length > 0;
    const results = stays ? null : resultsOf(node, facts, constantOf, budget);
    if (results === null) nodes.push(mapSubgraphs(node, fold));
    else
      node.outputs.forEach((name, i) => {
        const result = results[i];
        if (name !== '' && result !== undefined) folded.set(name, result);
      });
  }
  if (isSameList(nodes, graph.nodes)) return graph;
  return { ...graph, nodes, initializers: new Map([...graph.initializers, ...folded]) };
}

function resultsOf(
  node: Node,
  facts: ReadonlyMap<string, Facts>,
  constantOf: LookUp,
  budget: Budget,
): readonly (Tensor | OpaqueTensor)[] | null {
  const [output = ''] = node.outputs;
  const known = node.outputs.length === 1 ? fromFacts(facts.get(output)) : null;
  if (known !== null) return [known];
  const opaque = node.attributes.get('value');
  if (node.op === 'Constant' && opaque?.type === 'tensor') return [opaque.value];
  if (!isDeterministic(node.op)) return null;
  const inputs = node.inputs.map((name) => (name === '' ? undefined : constantOf(name)));
  if (inputs.some((input, i) => input === undefined && node.inputs[i] !== '')) return null;
  const given = inputs.reduce((sum, input) => sum + (input === undefined ? 0 : sizeOf(input.dims)), 0);
  const result = evaluate(node, inputs, (size, reads) => {
    const cost = Math.max(size, reads);
    const fits = size <= Math.min(most, Math.max(small, given)) && budget.has('elements', cost);
    if (fits) budget.spend('elements', cost);
    return fits;
  });
  return result !== null && node.outputs.length === 1 ? [result] : null;
}

/** A small integer tensor whose elements inference knows. */
function fromFacts(facts: Facts | undefined): Tensor | null {
  const numbers = numbersIn(facts);
  const shape = facts?.type?.shape;
  if (numbers === null || !facts?.type || !shape?.every((size) => typeof size === 'number')) return null;
  return sizeOf(shape) === numbers.length && numbers.every(Number.isSafeInteger)
    ? integerTensor(facts.type.dtype, numbers, shape)
    : null;
}

function integerTensor(dtype: DType, numbers: readonly number[], dims: readonly number[]): Tensor | null {
  if (dtype === 'int64') return tensor(dtype, BigInt64Array.from(numbers, BigInt), dims);
  if (dtype === 'int32') return tensor(dtype, Int32Array.from(numbers), dims);
  if (dtype === 'bool') return tensor(dtype, Uint8Array.from(numbers), dims);
  return null;
}
