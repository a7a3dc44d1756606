import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { multiplyAddsOf } from '../onnx/cost.js';
import type { Graph, Model, Node, OpaqueTensor, Shape, ValueInfo } from '../onnx/graph/graph.js';
import { normalizeOpset } from '../onnx/opset/normalize-opset.js';
import { inferModel } from '../onnx/shapes/infer.js';
import { isFloat } from '../tensor/dtype.js';
import { sizeOf, type Tensor } from '../tensor/tensor.js';
import { rowAxis } from './input/class-head.js';
import { fixedConstants } from './input/preprocessing.js';
import { activationOf, type FoundActivation } from './output-activation/activation.js';
import { spreadsOf } from './output-activation/infer-spreads.js';
import { anything } from './output-activation/spread.js';

/** A node of a graph as a layer. */
export interface LayerReport {
  /** The name of its first output. */
  readonly name: string;
  readonly op: string;
  /** The shape of its first output; `null` if unknown. Sizes known only when the graph runs are symbols. */
  readonly shape: Shape | null;
  /** The number of learned parameters. Parameters shared by several layers count for the first. */
  readonly parameters: number;
  /** Multiply-adds of a convolution or matrix product, 0 for other operators; `null` if a size is unknown. */
  readonly multiplyAdds: number | null;
}

export interface PortReport {
  readonly name: string;
  readonly type: string | null;
  readonly shape: Shape | null;
}

export interface OutputReport extends PortReport {
  /** The activation before an output that is one row of classes; `null` for any other output. */
  readonly activation: FoundActivation['kind'] | null;
}

/** The contents of a model. */
export interface Inspection {
  readonly inputs: readonly PortReport[];
  readonly outputs: readonly OutputReport[];
  /** Operator set versions by domain; `ai.onnx` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  /** The number of nodes of each operator, the most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  readonly layers: readonly LayerReport[];
  readonly parameters: number;
  /** The sum over all layers with known sizes. */
  readonly multiplyAdds: number;
}

/**
 * Lists a model's inputs, outputs, layers, parameters and multiply-adds.
 * @param size the size to assume for symbolic axes of the inputs, in pixels; a symbolic first axis, the batch, becomes
 *   1
 * @throws OneirosError `bad-input` if shapes contradict each other
 */
export function inspectModel(model: Model, size: number): Inspection {
  check('inspectModel', { model: [model, kind.model], size: [size, kind.number] });
  const sized = { ...model, graph: { ...model.graph, inputs: model.graph.inputs.map(sizedTo(size)) } };
  const facts = inferModel(sized);
  const shapeOf = (name: string | undefined) => facts.get(name ?? '')?.type?.shape ?? null;
  const port = ({ name, type }: ValueInfo): PortReport => ({
    name,
    type: facts.get(name)?.type?.dtype ?? type?.dtype ?? null,
    shape: shapeOf(name) ?? type?.shape ?? null,
  });
  const activations = activationsIn(normalizeOpset(sized));
  const learned = learnedParameters(model.graph);
  const layers = model.graph.nodes.map((node) => ({
    name: node.outputs[0] ?? '',
    op: node.op,
    shape: shapeOf(node.outputs[0]),
    parameters: learned(node),
    multiplyAdds: multiplyAddsOf(node, shapeOf),
  }));
  return {
    inputs: sized.graph.inputs.map(port),
    outputs: model.graph.outputs.map((output) => ({ ...port(output), activation: activations(output.name) })),
    opsets: Object.fromEntries(
      Array.from(model.opsets, ([domain, version]) => [domain || 'ai.onnx', version]),
    ),
    operators: countOperators(model.graph.nodes),
    layers,
    parameters: total(layers.map(({ parameters }) => parameters)),
    multiplyAdds: total(layers.map(({ multiplyAdds }) => multiplyAdds ?? 0)),
  };
}

/** The activation of each output that is one row of classes. */
function activationsIn(model: Model): (output: string) => OutputReport['activation'] {
  const facts = inferModel(model);
  const spreads = spreadsOf(model.graph.nodes, (name) => facts.get(name));
  return (output) => {
    const type = facts.get(output)?.type;
    const row = type && isFloat(type.dtype) ? rowAxis(type.shape) : null;
    return row && activationOf(spreads.get(output) ?? anything(output), row.axis, row.classes).kind;
  };
}

function sizedTo(size: number) {
  return (input: ValueInfo): ValueInfo => {
    if (!input.type?.shape) return input;
    const shape = input.type.shape.map((dim, axis) =>
      typeof dim === 'number' ? dim : axis === 0 ? 1 : size,
    );
    return { name: input.name, type: { ...input.type, shape } };
  };
}

/** Counts the floating-point constants that a node uses and no earlier node used. */
function learnedParameters({ initializers }: Graph): (node: Node) => number {
  const seen = new Set<string>();
  return ({ inputs }) => {
    const own = [...new Set(inputs)].filter(
      (name) => !seen.has(name) && isLearned(name, initializers.get(name)),
    );
    for (const name of own) seen.add(name);
    return total(own.map((name) => sizeOf(initializers.get(name)?.dims ?? [0])));
  };
}

function isLearned(name: string, constant: Tensor | OpaqueTensor | undefined): boolean {
  return (
    constant !== undefined &&
    constant.dtype !== 'opaque' &&
    isFloat(constant.dtype) &&
    constant.dims.length > 0 &&
    !name.startsWith(fixedConstants)
  );
}

function countOperators(nodes: readonly Node[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { op, domain } of nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0);
}
