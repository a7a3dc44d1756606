export { OneirosError, type ErrorCode } from './errors.js';
export { float32, tensor, type Tensor, type Float32Tensor } from './tensor/tensor.js';
