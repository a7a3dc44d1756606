import type { DType } from '../../tensor/dtype.js';
import { float32, int64, type Tensor, tensor, toNumbers } from '../../tensor/tensor.js';
import { attr } from '../attributes.js';
import { elementType } from '../codec/elements.js';
import type { Node } from '../graph.js';
import { castElement, contentLength, mapContent, maxContent } from './content.js';
import { anySize, ceilDiv, isAtLeastZero, max, sub } from './dim.js';
import {
  anyShape,
  axisOf,
  commonDType,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  known,
  requireRank,
  shapeOf,
  unknown,
} from './facts.js';

/** Longer vectors of floats are weights, not scales. */
const maxFloatContent = 16;

export function factsOfConstant(constant: Tensor): Facts {
  return {
    type: { dtype: constant.dtype, shape: constant.dims },
    content: contentOfConstant(constant),
    constant,
  };
}

function contentOfConstant(constant: Tensor): readonly number[] | null {
  if (constant.dims.length > 1 || constant.data.length > maxContent) return null;
  switch (constant.dtype) {
    case 'int64':
    case 'int32':
    case 'bool':
      return toNumbers(constant);
    case 'float32':
    case 'float64':
      return constant.data.length <= maxFloatContent ? toNumbers(constant) : null;
    default:
      return null;
  }
}

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

/** A tensor of the wanted sizes, filled with one value (0 in float32 by default). */
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

/** The shape of the input, or of the attribute `shape`; the type of the input unless `dtype` says another. */
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

/** A new axis of `depth`, where the values [off, on] stand. */
const oneHot: Inference = (node, inputs) => {
  const [indices, depth, values] = inputs;
  const shape = shapeOf(indices);
  if (shape === null) return [known(dtypeOf(values), null)];
  const axis = axisOf(node, inputs, attr.int(node, 'axis', -1), shape.length + 1);
  const [size = anySize] = depth?.content ?? [];
  return [known(dtypeOf(values), shape.toSpliced(axis, 0, isAtLeastZero(size) ? size : anySize))];
};

const cast: Inference = (node, [x]) => castTo(x, elementType(attr.int(node, 'to')));

const castLike: Inference = (_, [x, like]) => castTo(x, dtypeOf(like));

function castTo(x: Facts | undefined, to: DType | undefined): readonly Facts[] {
  const shape = shapeOf(x);
  if (to === undefined) return [unknown];
  return [
    known(
      to,
      shape,
      mapContent((from, element = anySize) => castElement(element, from, to), shape, [x]),
    ),
  ];
}

export const constants: Inferences = {
  Bernoulli: filled,
  Cast: cast,
  CastLike: castLike,
  Constant: constantOperator,
  ConstantOfShape: constantOfShape,
  EyeLike: filled,
  Multinomial: multinomial,
  OneHot: oneHot,
  RandomNormal: filled,
  RandomNormalLike: filled,
  RandomUniform: filled,
  RandomUniformLike: filled,
  Range: range,
};
