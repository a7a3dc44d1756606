import type { Tensor } from '../../tensor/tensor.js';
import type { Node } from '../graph.js';
import { unknown, type Facts } from './facts.js';

const smallVector = 256;

export function factsOfConstant(constant: Tensor): Facts {
  const isVector = constant.dims.length <= 1 && constant.data.length <= smallVector;
  const integers = constant.dtype === 'int64' || constant.dtype === 'int32';
  return {
    type: { dtype: constant.dtype, shape: constant.dims },
    content: isVector && integers ? Array.from<number | bigint, number>(constant.data, Number) : null,
    constant,
  };
}

export function inferNode(node: Node, inputs: readonly Facts[]): readonly Facts[] {
  return node.outputs.map(() => unknown);
}
