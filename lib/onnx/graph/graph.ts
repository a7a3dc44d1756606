import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from '../proto/onnx_pb.js';

/**
 * The size of one axis: a number, or a symbol for a size known only when the graph runs (`'height'`, or an expression
 * like `'floor(height/2)'`). Two axes with the same symbol have the same size.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dtype: DType;
  /** `null` if not even the rank is known. */
  readonly shape: Shape | null;
}

/** A named input or output; `type` is `null` if it is not a tensor (for example a sequence) or is not declared. */
export interface ValueInfo {
  readonly name: string;
  readonly type: TensorType | null;
  /**
   * The protobuf message it was read from, so that reading and writing keep what this IR does not model.
   * @internal
   */
  readonly origin?: ValueInfoProto;
}

/** A constant whose ONNX element type has no JavaScript array (float8, int4 …): kept, but never computed with. */
export interface OpaqueTensor {
  readonly dtype: 'opaque';
  readonly dims: readonly number[];
  /** @internal */
  readonly origin: TensorProto;
}

/** The value of an attribute, by its type. */
export interface AttributeValues {
  int: bigint;
  float: number;
  string: string;
  tensor: Tensor | OpaqueTensor;
  graph: Graph;
  ints: readonly bigint[];
  floats: readonly number[];
  strings: readonly string[];
  /**
   * Kinds of attribute that are kept as they are: sparse tensors, types, lists of graphs, references in functions.
   * @internal
   */
  opaque: AttributeProto;
}
export type AttributeType = keyof AttributeValues;
export interface AttributeOf<T extends AttributeType> {
  readonly type: T;
  readonly value: AttributeValues[T];
}
export type Attribute = { [T in AttributeType]: AttributeOf<T> }[AttributeType];

export type Attributes = ReadonlyMap<string, Attribute>;

export interface Node {
  readonly name: string;
  /** The operator's name, such as `Conv`. */
  readonly op: string;
  /** `''` for ONNX's own operators (`ai.onnx` is normalized to it). */
  readonly domain: string;
  /** Names of values; `''` for an optional input that is absent. */
  readonly inputs: readonly string[];
  /** Names of values; `''` for an optional output that is not used. */
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** @internal */
  readonly origin?: NodeProto;
}

/** A graph in single assignment form; nodes are in an order in which each value is computed before it is used. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor | OpaqueTensor>;
  /** Declared types of intermediate values. */
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** @internal */
  readonly origin?: GraphProto;
}

export interface Model {
  readonly graph: Graph;
  /** Version of each operator set by domain; `''` is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly irVersion: number;
  readonly producer: string;
  /** Free text by key: layer names, labels, preprocessing. */
  readonly metadata: ReadonlyMap<string, string>;
  /** @internal */
  readonly origin?: ModelProto;
}

/** The operator set that this library builds and differentiates: the newest for which every provider has kernels. */
export const OPSET = 17;
