import { Expansion } from '../autodiff/expansions/expansion.js';
import { expansions } from '../autodiff/expansions/families.js';
import { own } from '../base/own.js';
import { inLowestOpset } from '../onnx/builder/lowest-opset.js';
import { Rewriter } from '../onnx/builder/rewriter.js';
import { unknown } from '../onnx/facts/facts.js';
import { Budget } from '../onnx/graph/budget.js';
import type {
  Attribute,
  Graph,
  Model,
  Node,
  OpaqueTensor,
  TensorType,
  ValueInfo,
} from '../onnx/graph/graph.js';
import { hasNewerForm } from '../onnx/graph/newer-forms.js';
import { allNamesOf, subgraphsOf } from '../onnx/graph/subgraphs.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { inferModel } from '../onnx/shapes/infer.js';
import { type DType, isFloat } from '../tensor/dtype.js';
import { type Tensor, tensor, toNumbers } from '../tensor/tensor.js';
import { float64Forms } from './float64-forms.js';
import { Original } from './float64-original.js';

/** Operators whose forms are also for what came after operator set 17. */
const understood: ReadonlySet<string> = new Set(['DequantizeLinear']);

const float64Code = 11n;
/** Codes of the element types that become float64: float32, float16. */
const narrowCodes = [1n, 10n];
/** Attributes that name the element type of what a node makes. */
const typeAttributes: readonly string[] = ['to', 'dtype', 'output_datatype'];
/** Operators that make single precision where that attribute is absent. */
const defaultTypes: Readonly<Record<string, string>> = {
  SequenceEmpty: 'dtype',
  RandomNormal: 'dtype',
  RandomUniform: 'dtype',
  HannWindow: 'output_datatype',
  HammingWindow: 'output_datatype',
  BlackmanWindow: 'output_datatype',
};
/** ONNX Runtime has them in single precision only; their steps are spelled out. */
const recurrentLayers: ReadonlySet<string> = new Set(['RNN', 'GRU', 'LSTM']);

/**
 * The model in double precision, in operator set 17, for differences. Operators for which ONNX Runtime has no
 * double-precision kernel (convolution, average pooling, resizing …) are expressed by others.
 * @param dims the sizes of every input, by name
 * @returns `null` for a model with graphs inside nodes
 * @throws OneirosError `unsupported` for an operator whose form needs sizes that are known only when the graph runs
 */
export function inFloat64(model: Model, dims: Readonly<Record<string, readonly number[]>>): Model | null {
  const budget = Budget.for(model);
  const { graph, ...rest } = normalized(model, budget);
  if (graph.nodes.some((node) => subgraphsOf(node).length > 0)) return null;
  const sized: Graph = { ...graph, inputs: graph.inputs.map((info) => withDims(info, own(dims, info.name))) };
  const facts = inferModel({ ...rest, graph: sized });
  const b = new Rewriter(
    { ...sized, inputs: sized.inputs.map(widenInfo), initializers: widenAll(graph.initializers) },
    allNamesOf(graph),
    budget,
  );
  for (const node of graph.nodes) {
    const isKnown = node.domain === '' && (!hasNewerForm(node) || understood.has(node.op));
    const form = isKnown ? own(float64Forms, node.op) : undefined;
    const [output = ''] = node.outputs;
    const original = (name: string) => ({ ...(facts.get(name) ?? unknown), name });
    const [first, ...others] = node.inputs.map((name) => (name === '' ? undefined : b.value(name)));
    b.budget.enter(node);
    if (node.domain === '' && recurrentLayers.has(node.op)) {
      expansions.get(node.op)?.(new Expansion(node, b, new Set(), new Map()));
      continue;
    }
    if (form === undefined || first === undefined) {
      const results = b.append(widenNode(node));
      if (results.some(({ type }) => isNarrow(type?.dtype))) return null;
      continue;
    }
    const x = [first, ...others] as const;
    const values = [form(new Original(b, node, x, node.inputs.map(original), original(output)))].flat();
    for (const [i, name] of node.outputs.entries())
      if (name !== '' && values[i] !== undefined) b.op('Identity', [values[i]], {}, { name });
  }
  const { nodes, inputs, initializers } = b.graph();
  const outputs = graph.outputs.map(({ name }) => ({ name, type: null }));
  const wide = { name: graph.name, nodes, inputs, outputs, initializers, values: new Map<string, never>() };
  return inLowestOpset({ ...rest, graph: wide }, budget);
}

function withDims(info: ValueInfo, dims: readonly number[] | undefined): ValueInfo {
  return info.type === null || dims === undefined ? info : { ...info, type: { ...info.type, shape: dims } };
}

function widenInfo({ name, type }: ValueInfo): ValueInfo {
  return { name, type: type === null ? null : widenType(type) };
}

function widenType({ dtype, shape }: TensorType): TensorType {
  return { dtype: isFloat(dtype) ? 'float64' : dtype, shape };
}

function widenAll(constants: Graph['initializers']): Graph['initializers'] {
  return new Map(Array.from(constants, ([name, constant]) => [name, widen(constant)]));
}

function widen(constant: Tensor | OpaqueTensor): Tensor | OpaqueTensor {
  return constant.dtype === 'opaque' ? constant : toFloat64(constant);
}

/** A floating-point tensor in double precision; others are unchanged. */
export function toFloat64(t: Tensor): Tensor {
  return t.dtype === 'float32' || t.dtype === 'float16'
    ? tensor('float64', Float64Array.from(toNumbers(t)), t.dims)
    : t;
}

function isNarrow(dtype: DType | undefined): boolean {
  return dtype === 'float32' || dtype === 'float16';
}

/** Casts and constants that make narrower floats make float64 instead. */
function widenNode(node: Node): Node {
  const attributes = new Map(
    Array.from(node.attributes, ([name, attribute]): [string, Attribute] => {
      if (attribute.type === 'tensor') return [name, { type: 'tensor', value: widen(attribute.value) }];
      const isCode =
        typeAttributes.includes(name) && attribute.type === 'int' && narrowCodes.includes(attribute.value);
      return [name, isCode ? { type: 'int', value: float64Code } : attribute];
    }),
  );
  // Without a value it makes zeros of single precision.
  if (node.op === 'ConstantOfShape' && !attributes.has('value'))
    attributes.set('value', { type: 'tensor', value: tensor('float64', Float64Array.of(0), [1]) });
  const typeOfResult = own(defaultTypes, node.op);
  if (typeOfResult !== undefined && !attributes.has(typeOfResult))
    attributes.set(typeOfResult, { type: 'int', value: float64Code });
  // The protobuf message it was read from would still declare the narrower type.
  const { name, op, domain, inputs, outputs } = node;
  return { name, op, domain, inputs, outputs, attributes };
}
