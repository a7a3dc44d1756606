import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import type { Model } from '../../lib/onnx/graph/graph.js';

/** A model of one input and one output that may have ONNX Runtime's operators. */
export function model(dims: readonly number[], build: (b: Builder, x: Value) => Value): Model {
  const b = new Builder();
  b.output(build(b, b.input('x', 'float32', dims)), 'y');
  const plain = b.model();
  return { ...plain, opsets: new Map([...plain.opsets, ['com.microsoft', 1]]) };
}
