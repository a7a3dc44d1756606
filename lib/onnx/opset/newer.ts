import type { Rules } from './rule.js';

/** Operators that were added after 17 and cannot be expressed by those of 17. */
const names = [
  'AffineGrid',
  'BitCast',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'CausalConvWithState',
  'CenterCropPad',
  'Col2Im',
  'CumProd',
  'DeformConv',
  'ImageDecoder',
  'RegexFullMatch',
  'StringConcat',
  'StringSplit',
  'TensorScatter',
];

export const newer: Rules = Object.fromEntries(
  names.map((name) => [name, [{ convert: (c) => c.fail('the operator is newer') }]]),
);
