import { grad } from '../../autodiff/grad.js';
import { overridesOf } from '../../autodiff/named-rules.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import { memoryPlan } from '../../onnx/memory-plan.js';
import type { GradientRequest } from '../protocol/messages.js';
import type { PreparedModel } from './prepared-models.js';

/** The gradient of a model that is given by its bytes. @throws OneirosError as `grad` does */
export function deriveGradient(
  model: Uint8Array,
  { overrides, withPlan, ...options }: GradientRequest,
): PreparedModel {
  const gradient = grad(decodeModel(model), { ...options, overrides: overridesOf(overrides) });
  return { bytes: encodeModel(gradient), plan: withPlan ? memoryPlan(gradient) : null };
}
