import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import type { Size } from '../../image/image.js';
import {
  buildFasterRcnnLosses,
  type FasterRcnnLosses,
  trainingDefaults,
  type TrainingTraits,
} from '../../models/faster-rcnn/losses.js';
import { loadAll } from '../../models/faster-rcnn/net.js';
import { traitsFor } from '../../models/faster-rcnn/recognize-variant.js';
import { type FasterRcnnVariant, fasterRcnnVariants, traitKinds } from '../../models/faster-rcnn/settings.js';
import { type WeightsSource, withWeights } from '../../networks/source.js';
import type { Model } from '../../onnx/graph/graph.js';
import { fasterRcnnNames } from '../../weights/tensor-names/faster-rcnn.js';
import { translate } from '../../weights/tensor-names/translate.js';
import { stored, type StoredTensor, type Weights } from '../../weights/weights.js';

export interface FasterRcnnLossOptions extends Partial<TrainingTraits> {
  /** The variant whose traits are the defaults. @default recognized by the weights */
  readonly variant?: FasterRcnnVariant | undefined;
  /** The size of all pictures, which makes the graph faster. @default any size */
  readonly size?: Size | undefined;
}

const samplingKind = optionsOf({ count: kind.number, positive: kind.number });
const lossKinds: OptionKinds<FasterRcnnLossOptions> = {
  ...traitKinds,
  anchorSampling: samplingKind,
  proposalSampling: samplingKind,
  variant: oneOf(...Object.keys(fasterRcnnVariants)),
  size: kind.size,
};

/**
 * The training losses of a Faster R-CNN with the given weights, as a graph.
 * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network
 */
export async function loadFasterRcnnLosses(
  source: WeightsSource,
  options: FasterRcnnLossOptions = {},
): Promise<FasterRcnnLosses> {
  check('loadFasterRcnnLosses', { source: [source, kind.weights] }, options, lossKinds);
  const { variant, size, ...given } = options;
  return withWeights(source, async ({ weights: stored }) => {
    const { weights } = translate(stored, fasterRcnnNames);
    const traits = withDefaults({ ...traitsFor(weights, variant), ...trainingDefaults }, given);
    return buildFasterRcnnLosses(await loadAll(weights), traits, size);
  });
}

/** The weights of a training graph by torchvision's names, to be loaded like other weights. */
export function learnedWeights(model: Model): Weights {
  check('learnedWeights', { model: [model, kind.model] });
  const { graph } = model;
  const weights = new Map<string, StoredTensor>();
  for (const [name, constant] of graph.initializers)
    if (constant.dtype === 'float32' && /^(backbone|rpn|roi_heads)\./.test(name))
      weights.set(name, stored(constant));
  return weights;
}
