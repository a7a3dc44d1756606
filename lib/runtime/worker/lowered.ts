import { OneirosError } from '../../base/errors.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import type { Model } from '../../onnx/graph/graph.js';
import { type LoweringOptions, lowerModel } from '../../onnx/lowering/lower.js';
import type { ProviderName } from '../types.js';

/** A model, given by its bytes, with the forms that are fastest on a provider. */
export function loweredBytes(
  bytes: Uint8Array,
  provider: ProviderName,
  options: LoweringOptions,
): Uint8Array {
  const model = decoded(bytes);
  if (model === null) return bytes;
  const lower = lowered(model, provider, options);
  return lower === model ? bytes : encodeModel(lower);
}

/** The model itself if inference finds a fault in it: ONNX Runtime decides whether it can be opened. */
function lowered(model: Model, provider: ProviderName, options: LoweringOptions): Model {
  try {
    return lowerModel(model, provider, options);
  } catch (error) {
    if (error instanceof OneirosError) return model;
    throw error;
  }
}

/** `null` if the model cannot be decoded: ONNX Runtime then reports the error. */
function decoded(bytes: Uint8Array): Model | null {
  try {
    return decodeModel(bytes);
  } catch {
    return null;
  }
}
