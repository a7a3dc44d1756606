import { placementKinds } from '../runtime/session.js';
import type { FitOptions } from './options.js';
import { check } from '../arguments.js';
import { kind } from '../kinds.js';
import { own } from '../own.js';
import { OneirosError } from '../errors.js';
import { mask } from '../metrics/mask.js';
import { segmentationEvaluation } from '../metrics/segmentation.js';
import type { Model } from '../onnx/graph.js';
import { openModel } from '../runtime/open-model.js';
import type { Float32Tensor } from '../tensor/tensor.js';
import { inputOf, labelsOf, type MaskClass, type MaskedPicture } from './masked-picture.js';

/**
 * Validates a network that makes scores of `image`: its Dice coefficient (mean over classes but the background) and the
 * share of pixels that it gets wrong, over all pictures together, each seen whole.
 */
export function segmentationValidation(
  pictures: readonly MaskedPicture[],
  classes: readonly MaskClass[],
  channels: 1 | 3,
  session: FitOptions['session'] = {},
): (model: Model) => Promise<{ readonly dice: number; readonly pixelError: number }> {
  check(
    'segmentationValidation',
    {
      pictures: [pictures, kind.array],
      classes: [classes, kind.array],
      channels: [channels, kind.number],
    },
    session,
    placementKinds,
  );
  return async (model) => {
    await using opened = await openModel(model, session);
    const [output] = opened.outputs;
    const evaluation = segmentationEvaluation({ classes: classes.length });
    for (const each of pictures) {
      const results = await opened.run({ image: inputOf(each.picture, channels) });
      const scores = own(results, output?.name ?? '');
      if (scores?.dtype !== 'float32') throw new OneirosError('runtime', 'the network made no scores');
      evaluation.add(
        mask(each.picture, labelsOf(each, classes)),
        mask(each.picture, likeliest(scores, classes.length)),
      );
    }
    const { dice, pixelAccuracy } = evaluation.figures();
    return { dice, pixelError: 1 - pixelAccuracy };
  };
}

/** The class of the highest score; of one plane the second where the score is positive. */
function likeliest({ data, dims }: Float32Tensor, classes: number): Uint8Array {
  const area = dims[2]! * dims[3]!;
  return Uint8Array.from({ length: area }, (_, at) => {
    if (classes === 2) return data[at]! > 0 ? 1 : 0;
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[k * area + at]! > data[best * area + at]!) best = k;
    return best;
  });
}
