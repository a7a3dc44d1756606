import { printable } from '../base/printable.js';
import { halfToNumber, sizeOf, type Tensor } from '../tensor/tensor.js';
import { elementName } from './codec/elements.js';
import type { OpaqueTensor, Shape, ValueInfo } from './graph/graph.js';

/** Longer names and texts are shortened in the middle. */
const longest = 120;
/** Constants with more elements are printed without them. */
const small = 8;
/** The maximum number of list items shown. */
const shown = 16;

/** A name, in quotes if it contains a space, a bracket or a similar character. */
export function nameText(name: string): string {
  return /^[\p{L}\p{N}_.:/@-]*[\p{L}\p{N}_./@-]$/u.test(name) ? printable(shortened(name)) : quoted(name);
}

/** Text from a file in quotes, on one line, without terminal control sequences. */
export function quoted(text: string): string {
  return printable(JSON.stringify(shortened(text)));
}

function shortened(text: string): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest / 2)}…${text.slice(-longest / 2)}`;
}

/** The first items, and how many more there are. */
export function listText<T>(items: ArrayLike<T>, textOf: (item: T) => string): string {
  const texts = Array.from({ length: Math.min(shown, items.length) }, (_, i) => textOf(items[i]!));
  const rest = items.length - texts.length;
  return [...texts, ...(rest > 0 ? [`… ${rest} more`] : [])].join(', ');
}

/** `float32[n, 3]`; `float32[…]` if the rank is unknown, `?` if the type is. */
export function typeText(type: ValueInfo['type']): string {
  return type === null ? '?' : `${type.dtype}[${type.shape === null ? '…' : shapeText(type.shape)}]`;
}

function shapeText(shape: Shape): string {
  return listText(shape, (size) =>
    typeof size === 'number' || isExpression(size) ? printable(shortened(String(size))) : quoted(size),
  );
}

/** `float32[2] = 0.5, 1.0`, with its elements if there are at most eight. */
export function tensorText(tensor: Tensor | OpaqueTensor): string {
  if (tensor.dtype === 'opaque') return `${elementName(tensor.origin.dataType)}[${shapeText(tensor.dims)}]`;
  const type = typeText({ dtype: tensor.dtype, shape: tensor.dims });
  const count = sizeOf(tensor.dims);
  return count === 0 || count > small ? type : `${type} = ${elementsText(tensor)}`;
}

function elementsText({ dtype, data }: Tensor): string {
  switch (dtype) {
    case 'string':
      return listText(data, quoted);
    case 'bool':
      return listText(data, (element) => String(element !== 0));
    case 'float16':
      return listText(data, (bits) => floatText(halfToNumber(bits)));
    case 'bfloat16':
      return listText(data, (bits) => floatText(bfloatToNumber(bits)));
    case 'float32':
    case 'float64':
      return listText(data, floatText);
    default:
      return listText<number | bigint>(data, String);
  }
}

/** A bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

/** The shortest decimal that reads back as the number (as float32, if the number is one); whole numbers as `2.0`. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const isSingle = Math.fround(value) === value;
  const digits = Array.from({ length: 9 }, (_, i) => i + 1);
  const precision = isSingle && digits.find((n) => Math.fround(Number(value.toPrecision(n))) === value);
  const text = String(precision ? Number(value.toPrecision(precision)) : value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Whether a size needs no quotes: a name, or an expression such as `min(height, 2*width)`. */
function isExpression(size: string): boolean {
  return /^[\w+*/() .-]+$|^\w+\([\w+*/(), .-]+\)$/.test(size);
}
