import type { Weights } from '../../weights/weights.js';
import { type FasterRcnnTraits, type FasterRcnnVariant, fasterRcnnVariants } from './traits.js';

/** What weights look like. */
export interface Recognized {
  readonly name: string;
  readonly traits: FasterRcnnTraits;
}

/** The published network that weights look most like, by their names. */
export function variantOf(weights: Weights): Recognized {
  if (weights.has('backbone.body.16.0.weight'))
    return { name: 'MobileNetV3-Large', traits: fasterRcnnVariants.mobilenet_v3_large_fpn };
  // The second version trains its batch norms; the first's, never trained, have no counters. torchvision sets the ε of the
  // published first version to 0.
  const frozen =
    weights.has('backbone.body.bn1.running_var') && !weights.has('backbone.body.bn1.num_batches_tracked');
  const traits = fasterRcnnVariants.resnet50_fpn;
  return { name: 'a residual network', traits: frozen ? { ...traits, epsilon: 0 } : traits };
}

/** The numbers of a variant, or of what the weights look like; what ε is, they tell in any case. */
export function traitsFor(weights: Weights, variant: FasterRcnnVariant | undefined): FasterRcnnTraits {
  const { traits } = variantOf(weights);
  return variant === undefined ? traits : { ...fasterRcnnVariants[variant], epsilon: traits.epsilon };
}
