import { broadcast } from './broadcast.js';
import { mapContent } from './content.js';
import * as dims from './dim.js';
import { anySize } from './dim.js';
import type { ElementFunction } from './elementwise.js';
import {
  commonDType,
  type Inference,
  type Inferences,
  isGiven,
  known,
  sameAsFirst,
  shapeOf,
} from './facts.js';

/** x shifted and scaled by parameters that broadcast to x, never beyond it. */
const prelu: Inference = (node, inputs) => {
  const dtype = commonDType(node, inputs);
  return [known(dtype, broadcast(node, inputs, inputs.map(shapeOf)) && shapeOf(inputs[0]))];
};

const clip: Inference = (node, inputs) => {
  const [x, low, high] = inputs;
  const dtype = commonDType(node, inputs);
  const shape = shapeOf(x);
  const bounded: ElementFunction = (_, value = anySize, least = anySize, most = anySize) => {
    const isOpen = [value, least, most].some((item) => typeof item === 'number' && !Number.isFinite(item));
    return isOpen ? anySize : dims.min(dims.max(value, least), most);
  };
  const isPlain = isGiven(node, 1) && isGiven(node, 2);
  return [known(dtype, shape, isPlain ? mapContent(bounded, shape, [x, low, high]) : null)];
};

export const activation: Inferences = {
  Relu: sameAsFirst,
  LeakyRelu: sameAsFirst,
  Elu: sameAsFirst,
  Celu: sameAsFirst,
  Selu: sameAsFirst,
  Softplus: sameAsFirst,
  Softsign: sameAsFirst,
  HardSigmoid: sameAsFirst,
  HardSwish: sameAsFirst,
  Mish: sameAsFirst,
  Gelu: sameAsFirst,
  Swish: sameAsFirst,
  ThresholdedRelu: sameAsFirst,
  Shrink: sameAsFirst,
  Hardmax: sameAsFirst,
  Softmax: sameAsFirst,
  LogSoftmax: sameAsFirst,
  Sigmoid: sameAsFirst,
  Tanh: sameAsFirst,
  Clip: clip,
  PRelu: prelu,
};
