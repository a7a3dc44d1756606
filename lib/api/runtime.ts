// `oneiros/runtime`: ONNX Runtime in Node and browsers, sessions in threads and processes, and the tensors they take.

export type { FormName } from '../onnx/lowering/form-names.js';
export { listProviders, openSession } from '../runtime/session.js';
export type {
  Isolation,
  Placement,
  ProviderName,
  ProviderStatus,
  RunOptions,
  Session,
  SessionOptions,
  TensorInfo,
} from '../runtime/types.js';
export type { DataOf, DType, NumericDType } from '../tensor/dtype.js';
export { random, type Random } from '../tensor/random.js';
export {
  float32,
  int64,
  tensor,
  type Float32Tensor,
  type NumericTensor,
  type Tensor,
  type TensorOf,
} from '../tensor/tensor.js';
