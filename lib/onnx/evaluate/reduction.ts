import { sizeOf, type Tensor } from '../../tensor/tensor.js';
import { attr } from '../graph/attributes.js';
import type { Node } from '../graph/graph.js';
import {
  axisFrom,
  type Element,
  type Evaluation,
  type Evaluations,
  integers,
  isComputable,
  stridesOf,
  walker,
} from './element.js';

/** Sums and products of integers only: with floats, the order of operations would matter. */
function reduce(initial: bigint, f: (a: bigint, b: bigint) => bigint): Evaluation {
  return (node, [x, second]) => {
    if (!isComputable(x) || (x.dtype !== 'int64' && x.dtype !== 'int32')) return null;
    const axes = axesOf(node, second)?.map((axis) => axisFrom(axis, x.dims.length));
    if (axes?.length === 0 && attr.int(node, 'noop_with_empty_axes', 0) === 1) return x;
    const isReduced = (axis: number) => axes === undefined || axes.length === 0 || axes.includes(axis);
    const kept = x.dims.map((size, axis) => (isReduced(axis) ? 1 : size));
    const gone = x.dims.map((size, axis) => (isReduced(axis) ? size : 1));
    const [start, within] = [walker(kept, stridesOf(x.dims)), walker(gone, stridesOf(x.dims))];
    const reads = sizeOf(gone);
    const element = (i: number): Element => {
      let result = initial;
      for (let j = 0; j < reads; j++) result = f(result, BigInt(x.data[start(i) + within(j)]!));
      return BigInt.asIntN(64, result);
    };
    const dims = attr.int(node, 'keepdims', 1) === 1 ? kept : kept.filter((_, axis) => !isReduced(axis));
    return { dtype: x.dtype, dims, element, reads };
  };
}

/** The axes are an input, or an attribute of ReduceProd up to operator set 17. */
function axesOf(node: Node, input: Tensor | undefined): readonly number[] | undefined {
  return attr.has(node, 'axes') ? attr.ints(node, 'axes') : integers(input);
}

export const reduction: Evaluations = {
  ReduceProd: reduce(1n, (a, b) => a * b),
  ReduceSum: reduce(0n, (a, b) => a + b),
};
