import type { Tensor } from '../../tensor/tensor.js';
import { attr } from '../graph/attributes.js';
import type { Graph, Node, OpaqueTensor } from '../graph/graph.js';

/** What is known about all elements of a value. */
interface Bound {
  /** None is less than this; −∞ if nothing is known. */
  readonly low: number;
  /** All are finite if the inputs of the graph are, unless a sum or product exceeds the largest float. */
  readonly isFinite: boolean;
}

const unknown: Bound = { low: -Infinity, isFinite: false };
/** Constants with more elements are taken for finite weights of any sign. */
const mostRead = 1024;
/** A quotient by no less than this is finite. */
const smallestDivisor = 1e-30;

/** Operators whose results are finite whatever they take. */
const alwaysFinite = new Set([
  'And',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'Shape',
  'Size',
]);

/** Operators whose results are finite if their inputs are; `isTame` has others. */
const keepFinite = new Set([
  'Abs',
  'Add',
  'AveragePool',
  'BatchNormalization',
  'Cast',
  'Clip',
  'Concat',
  'Constant',
  'Conv',
  'ConvTranspose',
  'DepthToSpace',
  'Expand',
  'Gather',
  'Gemm',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Identity',
  'LRN',
  'LeakyRelu',
  'MatMul',
  'Max',
  'MaxPool',
  'Min',
  'Mul',
  'Neg',
  'Pad',
  'ReduceMax',
  'ReduceMean',
  'ReduceProd',
  'ReduceSum',
  'Relu',
  'Reshape',
  'Resize',
  'Sigmoid',
  'Slice',
  'SpaceToDepth',
  'Split',
  'Squeeze',
  'Sub',
  'Sum',
  'Tanh',
  'Transpose',
  'Unsqueeze',
  'Where',
]);

/** Lower bounds and finiteness of a graph's values, as far as they follow from constants and operators. */
export class Bounds {
  readonly #known = new Map<string, Bound>();

  constructor({ initializers, inputs, nodes }: Graph, finiteInputs: boolean) {
    for (const [name, constant] of initializers) this.#known.set(name, boundOf(constant));
    // A constant that is an input too can be replaced by the caller.
    for (const { name } of inputs) this.#known.set(name, { low: -Infinity, isFinite: finiteInputs });
    for (const node of nodes) {
      const bound = this.#ofNode(node);
      for (const output of node.outputs) this.#known.set(output, bound);
    }
  }

  isFinite(name: string): boolean {
    return this.#of(name).isFinite;
  }

  /** A number that no element is less than; −∞ if none is known. */
  lowest(name: string): number {
    return this.#of(name).low;
  }

  #of(name: string): Bound {
    return this.#known.get(name) ?? unknown;
  }

  #ofNode(node: Node): Bound {
    if (node.domain !== '') return unknown;
    if (node.op === 'Constant')
      return attr.has(node, 'value') ? boundOf(attr.tensor(node, 'value')) : unknown;
    const given = node.inputs.filter((name) => name !== '').map((name) => this.#of(name));
    const isFinite =
      alwaysFinite.has(node.op) || (given.every((bound) => bound.isFinite) && isTame(node, given));
    return { low: lowOf(node, given), isFinite };
  }
}

/** Whether an operator makes finite results from finite inputs. */
function isTame({ op }: Node, [first, second]: readonly Bound[]): boolean {
  switch (op) {
    case 'Div':
      return (second?.low ?? 0) >= smallestDivisor;
    case 'Reciprocal':
    case 'Pow':
      return (first?.low ?? 0) >= smallestDivisor;
    case 'Sqrt':
      return (first?.low ?? -1) >= 0;
    default:
      return keepFinite.has(op);
  }
}

function lowOf({ op, inputs }: Node, given: readonly Bound[]): number {
  const lows = given.map(({ low }) => low);
  const [first = -Infinity, second = -Infinity] = lows;
  switch (op) {
    case 'Abs':
    case 'Exp':
    case 'Sigmoid':
      return 0;
    // Where a size is 0, there are no elements.
    case 'Shape':
    case 'Size':
      return 1;
    case 'Cast':
      return Math.floor(first);
    case 'ReduceProd':
      return first >= 1 ? 1 : -Infinity;
    case 'Relu':
      return Math.max(first, 0);
    case 'Add':
      return first + second;
    case 'Max':
      return Math.max(...lows);
    case 'Concat':
    case 'Min':
      return Math.min(...lows);
    case 'Mul':
      if (first >= 0 && second >= 0) return first * second;
      return inputs[0] === inputs[1] ? 0 : -Infinity;
    case 'Div':
      return first >= 0 && second >= 0 ? 0 : -Infinity;
    case 'Sqrt':
      return first >= 0 ? Math.sqrt(first) : -Infinity;
    case 'Reciprocal':
    case 'Pow':
    case 'ReduceSum':
      return first >= 0 ? 0 : -Infinity;
    // Padding counts as zeros.
    case 'AveragePool':
      return first >= 0 ? 0 : -Infinity;
    case 'Expand':
    case 'Gather':
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
    case 'Identity':
    case 'MaxPool':
    case 'ReduceMax':
    case 'ReduceMean':
    case 'Reshape':
    case 'Slice':
    case 'Squeeze':
    case 'Transpose':
    case 'Unsqueeze':
      return first;
    default:
      return -Infinity;
  }
}

function boundOf(constant: Tensor | OpaqueTensor): Bound {
  if (constant.dtype === 'opaque' || constant.dtype === 'string') return unknown;
  if (constant.data.length > mostRead) return { low: -Infinity, isFinite: true };
  const numbers = Array.from<unknown, number>(constant.data, Number);
  return { low: Math.min(...numbers), isFinite: numbers.every(Number.isFinite) };
}
