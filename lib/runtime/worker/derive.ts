import { grad } from '../../autodiff/grad.js';
import { overridesOf } from '../../autodiff/named-rules.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import type { LoweringOptions } from '../../onnx/lowering/lower.js';
import type { GradientRequest } from '../protocol/messages.js';
import type { ProviderName } from '../types.js';
import { lowered } from './lowered.js';

/** The gradient of a model, with the forms that are fastest on a provider. @throws OneirosError as `grad` does */
export function gradientBytes(
  model: Uint8Array,
  options: GradientRequest,
  provider: ProviderName,
  lowering: LoweringOptions,
): Uint8Array {
  const gradient = grad(decodeModel(model), { ...options, overrides: overridesOf(options.overrides) });
  return encodeModel(lowered(gradient, provider, lowering));
}
