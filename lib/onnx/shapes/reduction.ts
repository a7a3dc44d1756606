import { add, max, min, mul } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  listOf,
  sameAsFirst,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';

/** `ofAll` combines the elements of a vector of sizes, if the reduction can. */
function reduce(ofAll?: (a: Dim, b: Dim) => Dim): Inference {
  return (node, inputs) => {
    const [x] = inputs;
    const shape = reducedShape(node, inputs);
    const isWhole = x?.type?.dtype === 'int64' || x?.type?.dtype === 'int32';
    const elements = (ofAll && isWhole && shape?.every((size) => size === 1) && x.content) || [];
    const isReduced = shape?.length === 0 || shapeOf(x)?.length === 1;
    return [
      known(dtypeOf(x), shape, isReduced && elements.length > 0 && ofAll ? [elements.reduce(ofAll)] : null),
    ];
  };
}

function reducedShape(node: Node, inputs: readonly Facts[]): Shape | null {
  const shape = shapeOf(inputs[0]);
  const keeps = attr.int(node, 'keepdims', 1) !== 0;
  const axes = listOf(node, inputs, 'axes', 1);
  if (axes === null) {
    const gone = keeps ? 0 : shapeOf(inputs[1])?.[0];
    // An empty list of axes stands for all of them, or for none.
    return shape && typeof gone === 'number' && (keeps || gone > 0) ? anyShape(shape.length - gone) : null;
  }
  if (axes === undefined || axes.length === 0) {
    if (attr.int(node, 'noop_with_empty_axes', 0) !== 0) return shape;
    if (!keeps) return [];
    return shape && shape.map(() => 1);
  }
  if (shape === null) return null;
  const reduced = new Set(axes.map((axis) => axisOf(node, inputs, axis, shape.length)));
  return shape.flatMap((size, i) => (!reduced.has(i) ? [size] : keeps ? [1] : []));
}

/** The index of the extremum along one axis. */
const argExtremum: Inference = (node, inputs) => {
  const shape = shapeOf(inputs[0]);
  if (shape === null) return [known('int64', null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', 0), shape.length);
  const keeps = attr.int(node, 'keepdims', 1) !== 0;
  return [
    known(
      'int64',
      shape.flatMap((size, i) => (i !== axis ? [size] : keeps ? [1] : [])),
    ),
  ];
};

export const reduction: Inferences = {
  CumProd: sameAsFirst,
  CumSum: sameAsFirst,
  ArgMax: argExtremum,
  ArgMin: argExtremum,
  ReduceL1: reduce(),
  ReduceL2: reduce(),
  ReduceLogSum: reduce(),
  ReduceLogSumExp: reduce(),
  ReduceMax: reduce(max),
  ReduceMean: reduce(),
  ReduceMin: reduce(min),
  ReduceProd: reduce(mul),
  ReduceSum: reduce(add),
  ReduceSumSquare: reduce(),
};
