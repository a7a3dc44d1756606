import { own } from '../../base/own.js';
import type { DType } from '../../tensor/dtype.js';
import { dtypeOf, type Facts, type Inference, type Inferences, known, shapeOf } from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Node } from '../graph/graph.js';

/** Which inputs are passed to another operator. */
export type Pick = readonly number[] | ((node: Node) => readonly number[]);

/** The rule of an operator of ONNX that has the same inputs and attributes. */
export function same(table: Inferences, op: string): Inference {
  return (node, inputs, scope) => own(table, op)?.({ ...node, op, domain: '' }, inputs, scope) ?? [];
}

/** The result of an operator of ONNX on some of the inputs, whatever their element types, of this input's type. */
export function as(table: Inferences, op: string, pick: Pick, typeAt: number | DType = 0): Inference {
  return (node, inputs, scope) => {
    const indices = typeof pick === 'function' ? pick(node) : pick;
    const given = indices.map((i) => real(inputs[i]));
    const names = indices.map((i) => node.inputs[i] ?? '');
    const results = same(table, op)({ ...node, inputs: names }, given, scope);
    const dtype = typeof typeAt === 'number' ? dtypeOf(inputs[typeAt]) : typeAt;
    return results.slice(0, 1).map((result) => known(dtype, shapeOf(result)));
  };
}

function real(facts: Facts | undefined): Facts {
  return known(facts?.type?.dtype === undefined ? undefined : 'float32', shapeOf(facts));
}

/** The same on an image with its channels last; `always`, or if the attribute says so. */
export function channelsLast(inference: Inference, always = false): Inference {
  return (node, inputs, scope) => {
    if (!always && attr.int(node, 'channels_last', 0) === 0) return inference(node, inputs, scope);
    const [x, ...others] = inputs;
    const shape = shapeOf(x);
    const first = shape && [...shape.slice(0, 1), ...shape.slice(-1), ...shape.slice(1, -1)];
    return inference(node, [known(dtypeOf(x), first), ...others], scope).map((result) => {
      const sizes = shapeOf(result);
      return known(dtypeOf(result), sizes && [...sizes.slice(0, 1), ...sizes.slice(2), ...sizes.slice(1, 2)]);
    });
  };
}
