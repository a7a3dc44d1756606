import type { Weights } from '../../weights/weights.js';
import { type FasterRcnnTraits, type FasterRcnnVariant, fasterRcnnVariants } from './settings.js';

/** The network that weights were recognized as. */
export interface Recognized {
  readonly name: string;
  readonly traits: FasterRcnnTraits;
}

/** The published network most similar to the given weights, by their names. */
export function variantOf(weights: Weights): Recognized {
  if (weights.has('backbone.body.16.0.weight'))
    return { name: 'MobileNetV3-Large', traits: fasterRcnnVariants.mobilenet_v3_large_fpn };
  // The second version trains its batch norms. The first version's are frozen: they have no counters, and torchvision
  // sets their ε to 0 for the published weights.
  const frozen =
    weights.has('backbone.body.bn1.running_var') && !weights.has('backbone.body.bn1.num_batches_tracked');
  const traits = fasterRcnnVariants.resnet50_fpn;
  return { name: 'a residual network', traits: frozen ? { ...traits, epsilon: 0 } : traits };
}

/**
 * The settings of a variant, or of the network that the weights were recognized as. ε always follows from the weights.
 */
export function traitsFor(weights: Weights, variant: FasterRcnnVariant | undefined): FasterRcnnTraits {
  const { traits } = variantOf(weights);
  return variant === undefined ? traits : { ...fasterRcnnVariants[variant], epsilon: traits.epsilon };
}
