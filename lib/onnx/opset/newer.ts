import type { Rules } from './rule.js';

/** Operators that were added after 17 and cannot be expressed by those of 17. */
const names = [
  'BitCast',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'ImageDecoder',
  'RegexFullMatch',
  'StringConcat',
  'StringSplit',
];

export const newer: Rules = Object.fromEntries(
  names.map((name) => [name, [{ convert: (c) => c.fail('the operator is newer') }]]),
);
