import { int64, tensor } from '../../tensor/tensor.js';
import { attr } from '../attributes.js';
import { type Evaluation, type Evaluations, integers, isNumericTensor } from './element.js';

const constantOfShape: Evaluation = (node, [sizes]) => {
  const dims = integers(sizes);
  const value = attr.has(node, 'value') ? attr.tensor(node, 'value') : undefined;
  if (dims === undefined || (value !== undefined && !isNumericTensor(value))) return null;
  return { dtype: value?.dtype ?? 'float32', dims, element: () => value?.data[0] ?? 0 };
};

const range: Evaluation = (_, [start, limit, delta]) => {
  const dtype = start?.dtype;
  if (dtype !== 'int64' && dtype !== 'int32') return null;
  const [[first], [end], [step]] = [integers(start) ?? [], integers(limit) ?? [], integers(delta) ?? []];
  if (first === undefined || end === undefined || !step) return null;
  const length = Math.max(0, Math.ceil((end - first) / step));
  return { dtype, dims: [length], element: (i) => first + i * step };
};

/** A Constant node's value. */
const constant: Evaluation = (node) => {
  const [[name, attribute] = []] = node.attributes;
  if (attribute === undefined || name === undefined) return null;
  switch (attribute.type) {
    case 'tensor':
      return attribute.value.dtype === 'opaque' ? null : attribute.value;
    case 'int':
      return tensor('int64', BigInt64Array.of(attribute.value), []);
    case 'ints':
      return int64(attribute.value);
    case 'float':
      return tensor('float32', Float32Array.of(attribute.value), []);
    case 'floats':
      return tensor('float32', Float32Array.from(attribute.value), [attribute.value.length]);
    case 'string':
      return tensor('string', [attribute.value], []);
    case 'strings':
      return tensor('string', attribute.value, [attribute.value.length]);
    default:
      return null;
  }
};

export const creation: Evaluations = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
};
