import type { Builder } from '../../../lib/onnx/builder/builder.js';
import type { NamedAttributes, Value } from '../../../lib/onnx/builder/graph-builder.js';
import { attributes as attributesOf } from '../../../lib/onnx/graph/attributes.js';
import { type Row, row } from '../row.js';

/** An operator of ONNX Runtime with one result. */
export function contribOp(
  b: Builder,
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes: NamedAttributes,
): Value {
  const name = b.fresh(op);
  const names = inputs.map((input) => input?.name ?? '');
  while (names.at(-1) === '') names.pop();
  const domain = 'com.microsoft';
  return b.append({
    name,
    op,
    domain,
    inputs: names,
    outputs: [name],
    attributes: attributesOf(attributes),
  })[0]!;
}

/** A row for an operator of ONNX Runtime among others. */
export function named(op: string, inputs: Row['inputs'], build: NonNullable<Row['options']['build']>): Row {
  return row(`com.microsoft.${op}`, inputs, {}, { build });
}
