import { grad } from '../../autodiff/grad.js';
import { overridesOf } from '../../autodiff/named-rules.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import type { GradientRequest } from '../protocol/messages.js';

/** The gradient of a model, from bytes to bytes. @throws OneirosError as `grad` does */
export function deriveGradient(model: Uint8Array, options: GradientRequest): Uint8Array {
  return encodeModel(grad(decodeModel(model), { ...options, overrides: overridesOf(options.overrides) }));
}
