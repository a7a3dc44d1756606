import { OneirosError } from '../base/errors.js';
import { nearest } from '../base/nearest-names.js';
import { type Builder, dtypeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { otherType } from '../onnx/codec/type.js';
import type { Graph, ValueInfo } from '../onnx/graph/graph.js';
import { namesOf } from '../onnx/graph/subgraphs.js';
import { isFloat } from '../tensor/dtype.js';

/** Why bfloat16 values are not differentiated, and what to do. */
export const noBfloat16 =
  'gradients are computed in float16, float32 or float64, and ONNX Runtime has few bfloat16 kernels; convert the model to float32';

/** How many types an error names. */
const shown = 6;

/** What the names of gradients and of cotangents begin with. */
const gradientPrefix = 'd_';

/** The name that `grad` gives to the gradient by a value, or to its cotangent. */
export function gradientName(value: string, prefix = gradientPrefix): string {
  return prefix + value;
}

/** The value whose gradient or cotangent has that name; `null` for a name of another kind. */
export function valueOfGradient(name: string, prefix = gradientPrefix): string | null {
  return name.startsWith(prefix) ? name.slice(prefix.length) : null;
}

/** The name of the vector that `jvp` and `hvp` take for a value. */
export function vectorName(value: string): string {
  return `v_${value}`;
}

/** The names of those inputs or outputs that are floating-point tensors, bfloat16 included. */
export function floatNames(b: Builder, infos: readonly ValueInfo[]): readonly string[] {
  const dtype = (name: string) => b.value(name).type?.dtype ?? 'string';
  return infos.map(({ name }) => name).filter((name) => isFloat(dtype(name)) || dtype(name) === 'bfloat16');
}

/**
 * The error for inputs or outputs of which none is a floating-point tensor; it names their types.
 * @throws OneirosError `unsupported` if one may be, since it comes from an unknown operator
 */
export function noFloats(
  what: 'input' | 'output',
  b: Builder,
  infos: readonly ValueInfo[],
  remedy: string,
): OneirosError {
  const types = infos.map((info) => `"${info.name}" is ${otherType(info) ?? dtypeOf(b.value(info.name))}`);
  const found = types.length === 0 ? '' : ` (${types.slice(0, shown).join(', ')})`;
  const verb = what === 'input' ? 'has' : 'computes';
  return new OneirosError('bad-argument', `the model ${verb} no floating-point ${what}${found}; ${remedy}`);
}

/**
 * The value with this name.
 * @throws OneirosError `bad-argument` if there is none; the message lists near names
 */
export function requireValue(b: Builder, name: string, graph: Graph): Value {
  if (b.has(name)) return b.value(name);
  throw new OneirosError(
    'bad-argument',
    `the model has no value "${name}"; near names: ${nearest(name, namesOf(graph)).join(', ')}`,
  );
}

/**
 * A value that can have a gradient.
 * @throws OneirosError `bad-argument` if there is no value with this name, or if it is not floating-point;
 *   `unsupported` for bfloat16
 */
export function requireFloat(b: Builder, name: string, graph: Graph): Value {
  const value = requireValue(b, name, graph);
  const declared = [...graph.inputs, ...graph.outputs].find((info) => info.name === name);
  const other = declared && otherType(declared);
  if (other)
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${other}; gradients are computed in float16, float32 or float64`,
    );
  if (dtypeOf(value) === 'bfloat16')
    throw new OneirosError('unsupported', `"${name}" is bfloat16: ${noBfloat16}`);
  if (!isFloat(dtypeOf(value)))
    throw new OneirosError(
      'bad-argument',
      `"${name}" is ${dtypeOf(value)}; only floating-point values have gradients`,
    );
  return value;
}

/**
 * A loss: a floating-point value of one element, as far as its shape is known.
 * @throws OneirosError `bad-argument` if it is anything else
 */
export function requireLoss(b: Builder, name: string, graph: Graph): Value {
  const value = requireFloat(b, name, graph);
  const sizes = value.type?.shape;
  if (sizes?.some((size) => typeof size === 'number' && size !== 1))
    throw new OneirosError(
      'bad-argument',
      `the loss "${name}" has shape [${sizes.join(', ')}], but a loss must have one element; reduce it, or pass it in \`outputs\``,
    );
  return value;
}

/**
 * A name that a derived model gives to a new value.
 * @param remedy what the caller can do, or why the name is needed, for the message
 * @throws OneirosError `bad-argument` if the model already has the name
 */
export function newName(b: Builder, name: string, remedy: string): string {
  if (b.has(name))
    throw new OneirosError('bad-argument', `the model already has a value named "${name}"; ${remedy}`);
  return name;
}
