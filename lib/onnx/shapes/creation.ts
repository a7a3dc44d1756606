import type { DType } from '../../tensor/dtype.js';
import { float32, int64, type Tensor, tensor } from '../../tensor/tensor.js';
import { elementType } from '../codec/elements.js';
import { anySize, ceilDiv, max, sub } from '../facts/dim.js';
import {
  anyShape,
  commonDType,
  dtypeOf,
  type Inference,
  type Inferences,
  known,
  requireRank,
  shapeOf,
  unknown,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Node } from '../graph/graph.js';
import { contentOfConstant, factsOfConstant } from './constants.js';
import { contentLength, maxContent } from './content.js';

const constantOperator: Inference = (node) => {
  const attribute = ['value', ...valueForms].find((name) => attr.has(node, name));
  if (attribute === 'value') {
    const value = node.attributes.get('value');
    const isOpaque = value?.type === 'tensor' && value.value.dtype === 'opaque';
    return [isOpaque ? unknown : factsOfConstant(attr.tensor(node, 'value'))];
  }
  return [attribute === undefined ? unknown : factsOfConstant(constantFrom(node, attribute))];
};

const valueForms = [
  'value_int',
  'value_ints',
  'value_float',
  'value_floats',
  'value_string',
  'value_strings',
];

function constantFrom(node: Node, attribute: string): Tensor {
  switch (attribute) {
    case 'value_int':
      return int64([attr.int(node, attribute)], []);
    case 'value_ints':
      return int64(attr.ints(node, attribute));
    case 'value_float':
      return float32([attr.float(node, attribute)], []);
    case 'value_floats':
      return float32(attr.floats(node, attribute));
    case 'value_string':
      return tensor('string', [attr.string(node, attribute)], []);
    default: {
      const strings = attr.strings(node, attribute);
      return tensor('string', strings, [strings.length]);
    }
  }
}

/** A tensor of the given sizes, filled with one value (0 in float32 by default). */
const constantOfShape: Inference = (node, inputs) => {
  const [wanted] = inputs;
  const value = attr.has(node, 'value') ? attr.tensor(node, 'value') : float32([0]);
  const [length] = requireRank(node, inputs, 0, 1) ?? [];
  const shape =
    wanted?.content ?? (typeof length === 'number' && length <= maxContent ? anyShape(length) : null);
  const [element] = contentOfConstant(value) ?? [];
  const count = contentLength(shape);
  const content =
    element === undefined || count === null ? null : Array.from({ length: count }, () => element);
  return [known(value.dtype, shape, content)];
};

/** start, start + delta, … below limit. */
const range: Inference = (node, inputs) => {
  const [start, limit, delta] = inputs.map(({ content }) => content?.[0] ?? anySize);
  const dtype = commonDType(node, inputs);
  if (start === undefined || limit === undefined || typeof delta !== 'number' || delta === 0)
    return [known(dtype, [anySize])];
  const isWhole = dtype === 'int64' || dtype === 'int32';
  if (typeof start === 'number' && typeof limit === 'number') {
    const length = Math.max(Math.ceil((limit - start) / delta), 0);
    const content =
      length > maxContent || !isWhole ? null : Array.from({ length }, (_, i) => start + i * delta);
    return [known(dtype, [length], content)];
  }
  const distance = delta > 0 ? sub(limit, start) : sub(start, limit);
  return [known(dtype, [isWhole ? max(ceilDiv(distance, Math.abs(delta)), 0) : anySize])];
};

/** The shape of the input, or of the attribute `shape`; the type of the input unless `dtype` gives another. */
const filled: Inference = (node, [x]) => {
  const wanted = attr.has(node, 'shape') ? attr.ints(node, 'shape') : shapeOf(x);
  return [known(declaredDType(node, 'dtype', dtypeOf(x) ?? 'float32'), wanted)];
};

function declaredDType(node: Node, attribute: string, otherwise: DType | undefined): DType | undefined {
  return attr.has(node, attribute) ? elementType(attr.int(node, attribute)) : otherwise;
}

const multinomial: Inference = (node, inputs) => {
  const [rows] = requireRank(node, inputs, 0, 2) ?? [];
  return [known(declaredDType(node, 'dtype', 'int32'), [rows ?? anySize, attr.int(node, 'sample_size', 1)])];
};

export const creation: Inferences = {
  Bernoulli: filled,
  Constant: constantOperator,
  ConstantOfShape: constantOfShape,
  EyeLike: filled,
  Multinomial: multinomial,
  RandomNormal: filled,
  RandomNormalLike: filled,
  RandomUniform: filled,
  RandomUniformLike: filled,
  Range: range,
};
