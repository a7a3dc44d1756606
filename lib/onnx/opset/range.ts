import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';

/** 0, 1 … size − 1 as an int64 vector, for a size that may be known only when the graph runs. */
export function range(b: Builder, size: Value): Value {
  return b.op('Range', [b.scalar(0, 'int64'), b.squeeze(size, [0]), b.scalar(1, 'int64')]);
}
