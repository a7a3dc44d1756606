import { OneirosError } from '../../base/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type {
  Attribute,
  AttributeOf,
  Attributes,
  AttributeType,
  Graph,
  Node,
  OpaqueTensor,
} from './graph.js';

/** An attribute as a plain value: whole numbers become ints; `float(x)` makes a whole number a float. */
export type AttributeLike =
  number | bigint | string | readonly number[] | readonly string[] | Tensor | Attribute;

/** Marks a number as a float attribute even when it is whole. */
export function float(value: number): Attribute {
  return { type: 'float', value };
}

export function floats(value: readonly number[]): Attribute {
  return { type: 'floats', value };
}

/** Attributes from plain values; `undefined` ones are left out. */
export function attributes(values: Readonly<Record<string, AttributeLike | undefined>>): Attributes {
  const entries = Object.entries(values).flatMap(([name, value]): [string, Attribute][] =>
    value === undefined ? [] : [[name, attributeOf(name, value)]],
  );
  return new Map(entries);
}

function attributeOf(name: string, value: AttributeLike): Attribute {
  if (typeof value === 'bigint') return { type: 'int', value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'float', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (isStrings(value)) return { type: 'strings', value };
  if (isNumbers(value)) return { type: 'ints', value: value.map((number) => wholeNumber(name, number)) };
  if ('dtype' in value) return { type: 'tensor', value };
  return value;
}

function wholeNumber(attribute: string, value: number): bigint {
  if (!Number.isInteger(value))
    throw new OneirosError(
      'bad-argument',
      `attribute ${attribute}: ${value} is not whole; write a list of floats as floats([…])`,
    );
  return BigInt(value);
}

function isNumbers(value: object): value is readonly number[] {
  return Array.isArray(value);
}

function isStrings(value: object): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

/**
 * Reads a node's attributes; `otherwise` is the default from the operator's specification.
 * @throws OneirosError `bad-input` if an attribute has another type, or is missing and has no default
 */
export const attr = {
  int(node: Node, name: string, otherwise?: number): number {
    const value = get(node, name, 'int');
    return value === undefined ? required(node, name, otherwise) : clampToSafe(value);
  },
  ints(node: Node, name: string, otherwise?: readonly number[]): readonly number[] {
    const value = get(node, name, 'ints');
    return value === undefined ? required(node, name, otherwise) : value.map(clampToSafe);
  },
  float(node: Node, name: string, otherwise?: number): number {
    return get(node, name, 'float') ?? required(node, name, otherwise);
  },
  floats(node: Node, name: string, otherwise?: readonly number[]): readonly number[] {
    return get(node, name, 'floats') ?? required(node, name, otherwise);
  },
  string(node: Node, name: string, otherwise?: string): string {
    return get(node, name, 'string') ?? required(node, name, otherwise);
  },
  strings(node: Node, name: string, otherwise?: readonly string[]): readonly string[] {
    return get(node, name, 'strings') ?? required(node, name, otherwise);
  },
  graph(node: Node, name: string): Graph {
    return get(node, name, 'graph') ?? required(node, name);
  },
  tensor(node: Node, name: string): Tensor {
    const value = get(node, name, 'tensor') ?? required<Tensor | OpaqueTensor>(node, name);
    if (value.dtype === 'opaque')
      throw new OneirosError(
        'unsupported',
        `${describe(node)}: attribute ${name} has an element type that JavaScript has no array for`,
      );
    return value;
  },
  has(node: Node, name: string): boolean {
    return node.attributes.has(name);
  },
};

function get<T extends AttributeType>(
  node: Node,
  name: string,
  type: T,
): AttributeOf<T>['value'] | undefined {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return undefined;
  if (!isOfType(attribute, type))
    throw new OneirosError(
      'bad-input',
      `${describe(node)}: attribute ${name} is of type ${attribute.type}, not ${type}`,
    );
  return attribute.value;
}

function isOfType<T extends AttributeType>(
  attribute: Attribute,
  type: T,
): attribute is Attribute & AttributeOf<T> {
  return attribute.type === type;
}

function required<T>(node: Node, name: string, otherwise?: T): T {
  if (otherwise === undefined)
    throw new OneirosError('bad-input', `${describe(node)}: attribute ${name} is missing`);
  return otherwise;
}

/** Values such as INT64_MAX for "to the end" stay huge, but not exact. */
function clampToSafe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

/** A node's operator, with its domain if that is not ONNX's own: `Conv`, `com.microsoft.FusedConv`. */
export function operatorOf({ op, domain }: Node): string {
  return domain === '' ? op : `${domain}.${op}`;
}

/** `Conv node "conv1"`, for messages. */
export function describe(node: Node): string {
  return `${operatorOf(node)} node "${node.name || node.outputs.find((name) => name !== '') || '?'}"`;
}

/** What to say about an operator of which nothing is known, with a remedy if there is one. */
export function unknownOperator(node: Node): string {
  if (node.domain === '') return `the shape of the results of ${describe(node)} cannot be inferred`;
  const remedy =
    node.domain === 'com.microsoft.nchwc'
      ? '; ONNX Runtime writes it for one kind of processor: optimize the model at the level "extended", not "all"'
      : '';
  return `${describe(node)} is an unknown operator${remedy}`;
}
