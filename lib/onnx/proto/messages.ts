// Written by scripts/proto.ts (`npm run proto`) from onnx.proto beside this file, which says what each field means.
/* eslint max-lines: off -- a table */
import { list, oneof, packed, Schema, type Message } from './schema.js';

export interface AttributeProto extends Message {
  name: string;
  refAttrName: string;
  docString: string;
  type: AttributeProto_AttributeType;
  f: number;
  i: bigint;
  s: Uint8Array;
  t?: TensorProto | undefined;
  g?: GraphProto | undefined;
  sparseTensor?: SparseTensorProto | undefined;
  tp?: TypeProto | undefined;
  floats: number[];
  ints: bigint[];
  strings: Uint8Array[];
  tensors: TensorProto[];
  graphs: GraphProto[];
  sparseTensors: SparseTensorProto[];
  typeProtos: TypeProto[];
}
export const AttributeProtoSchema: Schema<AttributeProto> = /* @__PURE__ */ new Schema(
  'AttributeProto',
  () => ({
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, TensorProtoSchema],
    g: [6, GraphProtoSchema],
    floats: [7, 'float', list],
    ints: [8, 'int64', list],
    strings: [9, 'bytes', list],
    tensors: [10, TensorProtoSchema, list],
    graphs: [11, GraphProtoSchema, list],
    docString: [13, 'string'],
    tp: [14, TypeProtoSchema],
    typeProtos: [15, TypeProtoSchema, list],
    type: [20, 'int32'],
    refAttrName: [21, 'string'],
    sparseTensor: [22, SparseTensorProtoSchema],
    sparseTensors: [23, SparseTensorProtoSchema, list],
  }),
);

export enum AttributeProto_AttributeType {
  UNDEFINED = 0,
  FLOAT = 1,
  INT = 2,
  STRING = 3,
  TENSOR = 4,
  GRAPH = 5,
  SPARSE_TENSOR = 11,
  TYPE_PROTO = 13,
  FLOATS = 6,
  INTS = 7,
  STRINGS = 8,
  TENSORS = 9,
  GRAPHS = 10,
  SPARSE_TENSORS = 12,
  TYPE_PROTOS = 14,
}

export interface ValueInfoProto extends Message {
  name: string;
  type?: TypeProto | undefined;
  docString: string;
  metadataProps: StringStringEntryProto[];
}
export const ValueInfoProtoSchema: Schema<ValueInfoProto> = /* @__PURE__ */ new Schema(
  'ValueInfoProto',
  () => ({
    name: [1, 'string'],
    type: [2, TypeProtoSchema],
    docString: [3, 'string'],
    metadataProps: [4, StringStringEntryProtoSchema, list],
  }),
);

export interface NodeProto extends Message {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  overload: string;
  attribute: AttributeProto[];
  docString: string;
  metadataProps: StringStringEntryProto[];
  deviceConfigurations: NodeDeviceConfigurationProto[];
}
export const NodeProtoSchema: Schema<NodeProto> = /* @__PURE__ */ new Schema('NodeProto', () => ({
  input: [1, 'string', list],
  output: [2, 'string', list],
  name: [3, 'string'],
  opType: [4, 'string'],
  attribute: [5, AttributeProtoSchema, list],
  docString: [6, 'string'],
  domain: [7, 'string'],
  overload: [8, 'string'],
  metadataProps: [9, StringStringEntryProtoSchema, list],
  deviceConfigurations: [10, NodeDeviceConfigurationProtoSchema, list],
}));

export interface IntIntListEntryProto extends Message {
  key: bigint;
  value: bigint[];
}
export const IntIntListEntryProtoSchema: Schema<IntIntListEntryProto> = /* @__PURE__ */ new Schema(
  'IntIntListEntryProto',
  () => ({
    key: [1, 'int64'],
    value: [2, 'int64', list],
  }),
);

export interface NodeDeviceConfigurationProto extends Message {
  configurationId: string;
  shardingSpec: ShardingSpecProto[];
  pipelineStage: number;
}
export const NodeDeviceConfigurationProtoSchema: Schema<NodeDeviceConfigurationProto> =
  /* @__PURE__ */ new Schema('NodeDeviceConfigurationProto', () => ({
    configurationId: [1, 'string'],
    shardingSpec: [2, ShardingSpecProtoSchema, list],
    pipelineStage: [3, 'int32'],
  }));

export interface ShardingSpecProto extends Message {
  tensorName: string;
  device: bigint[];
  indexToDeviceGroupMap: IntIntListEntryProto[];
  shardedDim: ShardedDimProto[];
}
export const ShardingSpecProtoSchema: Schema<ShardingSpecProto> = /* @__PURE__ */ new Schema(
  'ShardingSpecProto',
  () => ({
    tensorName: [1, 'string'],
    device: [2, 'int64', list],
    indexToDeviceGroupMap: [3, IntIntListEntryProtoSchema, list],
    shardedDim: [4, ShardedDimProtoSchema, list],
  }),
);

export interface ShardedDimProto extends Message {
  axis: bigint;
  simpleSharding: SimpleShardedDimProto[];
}
export const ShardedDimProtoSchema: Schema<ShardedDimProto> = /* @__PURE__ */ new Schema(
  'ShardedDimProto',
  () => ({
    axis: [1, 'int64'],
    simpleSharding: [2, SimpleShardedDimProtoSchema, list],
  }),
);

export interface SimpleShardedDimProto extends Message {
  dim:
    | { case: 'dimValue'; value: bigint }
    | { case: 'dimParam'; value: string }
    | { case: undefined; value?: undefined };
  numShards: bigint;
}
export const SimpleShardedDimProtoSchema: Schema<SimpleShardedDimProto> = /* @__PURE__ */ new Schema(
  'SimpleShardedDimProto',
  () => ({
    dimValue: [1, 'int64', oneof('dim')],
    dimParam: [2, 'string', oneof('dim')],
    numShards: [3, 'int64'],
  }),
);

export interface TrainingInfoProto extends Message {
  initialization?: GraphProto | undefined;
  algorithm?: GraphProto | undefined;
  initializationBinding: StringStringEntryProto[];
  updateBinding: StringStringEntryProto[];
}
export const TrainingInfoProtoSchema: Schema<TrainingInfoProto> = /* @__PURE__ */ new Schema(
  'TrainingInfoProto',
  () => ({
    initialization: [1, GraphProtoSchema],
    algorithm: [2, GraphProtoSchema],
    initializationBinding: [3, StringStringEntryProtoSchema, list],
    updateBinding: [4, StringStringEntryProtoSchema, list],
  }),
);

export interface ModelProto extends Message {
  irVersion: bigint;
  opsetImport: OperatorSetIdProto[];
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: bigint;
  docString: string;
  graph?: GraphProto | undefined;
  metadataProps: StringStringEntryProto[];
  trainingInfo: TrainingInfoProto[];
  functions: FunctionProto[];
  configuration: DeviceConfigurationProto[];
}
export const ModelProtoSchema: Schema<ModelProto> = /* @__PURE__ */ new Schema('ModelProto', () => ({
  irVersion: [1, 'int64'],
  producerName: [2, 'string'],
  producerVersion: [3, 'string'],
  domain: [4, 'string'],
  modelVersion: [5, 'int64'],
  docString: [6, 'string'],
  graph: [7, GraphProtoSchema],
  opsetImport: [8, OperatorSetIdProtoSchema, list],
  metadataProps: [14, StringStringEntryProtoSchema, list],
  trainingInfo: [20, TrainingInfoProtoSchema, list],
  functions: [25, FunctionProtoSchema, list],
  configuration: [26, DeviceConfigurationProtoSchema, list],
}));

export interface DeviceConfigurationProto extends Message {
  name: string;
  numDevices: number;
  device: string[];
}
export const DeviceConfigurationProtoSchema: Schema<DeviceConfigurationProto> = /* @__PURE__ */ new Schema(
  'DeviceConfigurationProto',
  () => ({
    name: [1, 'string'],
    numDevices: [2, 'int32'],
    device: [3, 'string', list],
  }),
);

export interface StringStringEntryProto extends Message {
  key: string;
  value: string;
}
export const StringStringEntryProtoSchema: Schema<StringStringEntryProto> = /* @__PURE__ */ new Schema(
  'StringStringEntryProto',
  () => ({
    key: [1, 'string'],
    value: [2, 'string'],
  }),
);

export interface TensorAnnotation extends Message {
  tensorName: string;
  quantParameterTensorNames: StringStringEntryProto[];
}
export const TensorAnnotationSchema: Schema<TensorAnnotation> = /* @__PURE__ */ new Schema(
  'TensorAnnotation',
  () => ({
    tensorName: [1, 'string'],
    quantParameterTensorNames: [2, StringStringEntryProtoSchema, list],
  }),
);

export interface GraphProto extends Message {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  sparseInitializer: SparseTensorProto[];
  docString: string;
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  quantizationAnnotation: TensorAnnotation[];
  metadataProps: StringStringEntryProto[];
}
export const GraphProtoSchema: Schema<GraphProto> = /* @__PURE__ */ new Schema('GraphProto', () => ({
  node: [1, NodeProtoSchema, list],
  name: [2, 'string'],
  initializer: [5, TensorProtoSchema, list],
  docString: [10, 'string'],
  input: [11, ValueInfoProtoSchema, list],
  output: [12, ValueInfoProtoSchema, list],
  valueInfo: [13, ValueInfoProtoSchema, list],
  quantizationAnnotation: [14, TensorAnnotationSchema, list],
  sparseInitializer: [15, SparseTensorProtoSchema, list],
  metadataProps: [16, StringStringEntryProtoSchema, list],
}));

export interface TensorProto extends Message {
  dims: bigint[];
  dataType: number;
  segment?: TensorProto_Segment | undefined;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: bigint[];
  name: string;
  docString: string;
  rawData: Uint8Array;
  externalData: StringStringEntryProto[];
  dataLocation: TensorProto_DataLocation;
  doubleData: number[];
  uint64Data: bigint[];
  metadataProps: StringStringEntryProto[];
}
export const TensorProtoSchema: Schema<TensorProto> = /* @__PURE__ */ new Schema('TensorProto', () => ({
  dims: [1, 'int64', list],
  dataType: [2, 'int32'],
  segment: [3, TensorProto_SegmentSchema],
  floatData: [4, 'float', packed],
  int32Data: [5, 'int32', packed],
  stringData: [6, 'bytes', list],
  int64Data: [7, 'int64', packed],
  name: [8, 'string'],
  rawData: [9, 'bytes'],
  doubleData: [10, 'double', packed],
  uint64Data: [11, 'uint64', packed],
  docString: [12, 'string'],
  externalData: [13, StringStringEntryProtoSchema, list],
  dataLocation: [14, 'int32'],
  metadataProps: [16, StringStringEntryProtoSchema, list],
}));

export enum TensorProto_DataType {
  UNDEFINED = 0,
  FLOAT = 1,
  UINT8 = 2,
  INT8 = 3,
  UINT16 = 4,
  INT16 = 5,
  INT32 = 6,
  INT64 = 7,
  STRING = 8,
  BOOL = 9,
  FLOAT16 = 10,
  DOUBLE = 11,
  UINT32 = 12,
  UINT64 = 13,
  COMPLEX64 = 14,
  COMPLEX128 = 15,
  BFLOAT16 = 16,
  FLOAT8E4M3FN = 17,
  FLOAT8E4M3FNUZ = 18,
  FLOAT8E5M2 = 19,
  FLOAT8E5M2FNUZ = 20,
  UINT4 = 21,
  INT4 = 22,
  FLOAT4E2M1 = 23,
  FLOAT8E8M0 = 24,
  UINT2 = 25,
  INT2 = 26,
  FLOAT6E2M3 = 27,
  FLOAT6E3M2 = 28,
}

export enum TensorProto_DataLocation {
  DEFAULT = 0,
  EXTERNAL = 1,
}

export interface TensorProto_Segment extends Message {
  begin: bigint;
  end: bigint;
}
export const TensorProto_SegmentSchema: Schema<TensorProto_Segment> = /* @__PURE__ */ new Schema(
  'TensorProto_Segment',
  () => ({
    begin: [1, 'int64'],
    end: [2, 'int64'],
  }),
);

export interface SparseTensorProto extends Message {
  values?: TensorProto | undefined;
  indices?: TensorProto | undefined;
  dims: bigint[];
}
export const SparseTensorProtoSchema: Schema<SparseTensorProto> = /* @__PURE__ */ new Schema(
  'SparseTensorProto',
  () => ({
    values: [1, TensorProtoSchema],
    indices: [2, TensorProtoSchema],
    dims: [3, 'int64', list],
  }),
);

export interface TensorShapeProto extends Message {
  dim: TensorShapeProto_Dimension[];
}
export const TensorShapeProtoSchema: Schema<TensorShapeProto> = /* @__PURE__ */ new Schema(
  'TensorShapeProto',
  () => ({
    dim: [1, TensorShapeProto_DimensionSchema, list],
  }),
);

export interface TensorShapeProto_Dimension extends Message {
  value:
    | { case: 'dimValue'; value: bigint }
    | { case: 'dimParam'; value: string }
    | { case: undefined; value?: undefined };
  denotation: string;
}
export const TensorShapeProto_DimensionSchema: Schema<TensorShapeProto_Dimension> =
  /* @__PURE__ */ new Schema('TensorShapeProto_Dimension', () => ({
    dimValue: [1, 'int64', oneof('value')],
    dimParam: [2, 'string', oneof('value')],
    denotation: [3, 'string'],
  }));

export interface TypeProto extends Message {
  value:
    | { case: 'tensorType'; value: TypeProto_Tensor }
    | { case: 'sequenceType'; value: TypeProto_Sequence }
    | { case: 'mapType'; value: TypeProto_Map }
    | { case: 'optionalType'; value: TypeProto_Optional }
    | { case: 'sparseTensorType'; value: TypeProto_SparseTensor }
    | { case: 'opaqueType'; value: TypeProto_Opaque }
    | { case: undefined; value?: undefined };
  denotation: string;
}
export const TypeProtoSchema: Schema<TypeProto> = /* @__PURE__ */ new Schema('TypeProto', () => ({
  tensorType: [1, TypeProto_TensorSchema, oneof('value')],
  sequenceType: [4, TypeProto_SequenceSchema, oneof('value')],
  mapType: [5, TypeProto_MapSchema, oneof('value')],
  denotation: [6, 'string'],
  opaqueType: [7, TypeProto_OpaqueSchema, oneof('value')],
  sparseTensorType: [8, TypeProto_SparseTensorSchema, oneof('value')],
  optionalType: [9, TypeProto_OptionalSchema, oneof('value')],
}));

export interface TypeProto_Tensor extends Message {
  elemType: number;
  shape?: TensorShapeProto | undefined;
}
export const TypeProto_TensorSchema: Schema<TypeProto_Tensor> = /* @__PURE__ */ new Schema(
  'TypeProto_Tensor',
  () => ({
    elemType: [1, 'int32'],
    shape: [2, TensorShapeProtoSchema],
  }),
);

export interface TypeProto_Sequence extends Message {
  elemType?: TypeProto | undefined;
}
export const TypeProto_SequenceSchema: Schema<TypeProto_Sequence> = /* @__PURE__ */ new Schema(
  'TypeProto_Sequence',
  () => ({
    elemType: [1, TypeProtoSchema],
  }),
);

export interface TypeProto_Map extends Message {
  keyType: number;
  valueType?: TypeProto | undefined;
}
export const TypeProto_MapSchema: Schema<TypeProto_Map> = /* @__PURE__ */ new Schema('TypeProto_Map', () => ({
  keyType: [1, 'int32'],
  valueType: [2, TypeProtoSchema],
}));

export interface TypeProto_Optional extends Message {
  elemType?: TypeProto | undefined;
}
export const TypeProto_OptionalSchema: Schema<TypeProto_Optional> = /* @__PURE__ */ new Schema(
  'TypeProto_Optional',
  () => ({
    elemType: [1, TypeProtoSchema],
  }),
);

export interface TypeProto_SparseTensor extends Message {
  elemType: number;
  shape?: TensorShapeProto | undefined;
}
export const TypeProto_SparseTensorSchema: Schema<TypeProto_SparseTensor> = /* @__PURE__ */ new Schema(
  'TypeProto_SparseTensor',
  () => ({
    elemType: [1, 'int32'],
    shape: [2, TensorShapeProtoSchema],
  }),
);

export interface TypeProto_Opaque extends Message {
  domain: string;
  name: string;
}
export const TypeProto_OpaqueSchema: Schema<TypeProto_Opaque> = /* @__PURE__ */ new Schema(
  'TypeProto_Opaque',
  () => ({
    domain: [1, 'string'],
    name: [2, 'string'],
  }),
);

export interface OperatorSetIdProto extends Message {
  domain: string;
  version: bigint;
}
export const OperatorSetIdProtoSchema: Schema<OperatorSetIdProto> = /* @__PURE__ */ new Schema(
  'OperatorSetIdProto',
  () => ({
    domain: [1, 'string'],
    version: [2, 'int64'],
  }),
);

export interface FunctionProto extends Message {
  name: string;
  input: string[];
  output: string[];
  attribute: string[];
  attributeProto: AttributeProto[];
  node: NodeProto[];
  docString: string;
  opsetImport: OperatorSetIdProto[];
  domain: string;
  overload: string;
  valueInfo: ValueInfoProto[];
  metadataProps: StringStringEntryProto[];
}
export const FunctionProtoSchema: Schema<FunctionProto> = /* @__PURE__ */ new Schema('FunctionProto', () => ({
  name: [1, 'string'],
  input: [4, 'string', list],
  output: [5, 'string', list],
  attribute: [6, 'string', list],
  node: [7, NodeProtoSchema, list],
  docString: [8, 'string'],
  opsetImport: [9, OperatorSetIdProtoSchema, list],
  domain: [10, 'string'],
  attributeProto: [11, AttributeProtoSchema, list],
  valueInfo: [12, ValueInfoProtoSchema, list],
  overload: [13, 'string'],
  metadataProps: [14, StringStringEntryProtoSchema, list],
}));
