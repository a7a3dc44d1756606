import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './proto/onnx_pb.js';

/**
 * The size of one axis: a number, or a symbol for a size known only when the graph runs (`'height'`, or an expression
 * like `'floor(height/2)'`). Two axes with the same symbol have the same size.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  readonly dtype: DType;
  /** `null` where not even the rank is known. */
  readonly shape: Shape | null;
}

/** A named input or output; `type` is `null` where it is not a tensor (a sequence, say) or was not declared. */
export interface ValueInfo {
  readonly name: string;
  readonly type: TensorType | null;
  /**
   * The message it was read from: keeps what this IR does not model through a round trip.
   * @internal
   */
  readonly origin?: ValueInfoProto;
}

/** A constant whose element type ONNX has and JavaScript has no array for (float8, int4 …): carried, never computed on. */
export interface OpaqueTensor {
  readonly dtype: 'opaque';
  readonly dims: readonly number[];
  /** @internal */
  readonly origin: TensorProto;
}

/** What an attribute holds, by its type. */
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
   * Kinds of attribute that are carried as they are: sparse tensors, types, lists of graphs, references in functions.
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
  /** Names of values; `''` stands for an optional input that is absent. */
  readonly inputs: readonly string[];
  /** Names of values; `''` for an output nobody asked for. */
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** @internal */
  readonly origin?: NodeProto;
}

/** A graph in single assignment form; nodes stand in an order in which each value is made before it is used. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor | OpaqueTensor>;
  /** Declared types of values in between. */
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

/** The operator set that this library builds and differentiates: the newest that every provider's kernels cover. */
export const OPSET = 17;
