import { add, anySize, floorDiv, sub } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim } from '../graph/graph.js';

/** The frequencies along an axis, those up to the half if `onesided`; the last axis has real and imaginary parts. */
const dft: Inference = (node, inputs) => {
  const [x, given, axisInput] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  // The axis is an attribute in set 17, an input since 20.
  const axis = isGiven(node, 2)
    ? axisInput?.content?.[0]
    : attr.int(node, 'axis', node.inputs.length > 2 ? -2 : 1);
  if (typeof axis !== 'number') return [known(dtypeOf(x), [...anyShape(shape.length - 1), anySize])];
  const at = axisOf(node, inputs, axis, shape.length);
  const [isOnesided, isInverse] = [attr.int(node, 'onesided', 0) === 1, attr.int(node, 'inverse', 0) === 1];
  const length = isGiven(node, 1) ? (given?.content?.[0] ?? anySize) : shape[at]!;
  const whole = isOnesided && isInverse && !isGiven(node, 1) ? anySize : length;
  const result = [...shape];
  result[at] = isOnesided && !isInverse ? half(whole) : whole;
  result[shape.length - 1] = isOnesided && isInverse ? 1 : 2;
  return [known(dtypeOf(x), result)];
};

/** batch × frames × frequencies × 2 */
const stft: Inference = (node, inputs) => {
  const [signal, step, window, given] = inputs;
  const [batch = anySize, length = anySize] = shapeOf(signal) ?? [];
  const frame = isGiven(node, 3)
    ? (given?.content?.[0] ?? anySize)
    : isGiven(node, 2)
      ? (shapeOf(window)?.[0] ?? anySize)
      : length;
  const hop = step?.content?.[0];
  const frames = typeof hop === 'number' && hop > 0 ? add(floorDiv(sub(length, frame), hop), 1) : anySize;
  const isOnesided = attr.int(node, 'onesided', 1) === 1;
  return [known(dtypeOf(signal), [batch, frames, isOnesided ? half(frame) : frame, 2])];
};

function half(length: Dim): Dim {
  return add(floorDiv(length, 2), 1);
}

export const signal: Inferences = {
  DFT: dft,
  STFT: stft,
};
