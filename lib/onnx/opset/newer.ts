import type { Rules } from './rule.js';

/** Operators that came after 17 and are not made of those there were. */
const names = [
  'AffineGrid',
  'Attention',
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
  'LinearAttention',
  'RegexFullMatch',
  'RotaryEmbedding',
  'StringConcat',
  'StringSplit',
  'TensorScatter',
];

export const newer: Rules = Object.fromEntries(
  names.map((name) => [name, [{ convert: (c) => c.fail('the operator is newer') }]]),
);
