import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { ignoredLabel, labeler, type LabelScheme } from '../../labels/scheme.js';
import { mask } from '../../metrics/masks/mask.js';
import { segmentationEvaluation } from '../../metrics/masks/segmentation.js';
import { segmenterOf } from '../../networks/segmenter/onnx-segmenter.js';
import type { Model } from '../../onnx/graph/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import type { MaskedPicture } from './masked-picture.js';

/** The result of a validation. */
export interface SegmentationScores {
  /** The Dice coefficient in [0, 1], averaged over the classes except the background; −1 if none of them occurs. */
  readonly dice: number;
  /** The share of wrong pixels, of those that count, in [0, 1]. */
  readonly pixelError: number;
}

/**
 * Validates networks from `image`, RGB in [0, 1], to scores or probabilities of the classes, over all pictures
 * together. Pictures are segmented as by `loadSegmenter` with the network's file, so the figures are the same.
 * @throws OneirosError `bad-input`, also from the validation, for a mask with a value that is not a class
 */
export function segmentationValidation(
  pictures: readonly MaskedPicture[],
  scheme: LabelScheme,
  placement: Placement = {},
): (network: Model) => Promise<SegmentationScores & Readonly<Record<string, number>>> {
  check(
    'segmentationValidation',
    { pictures: [pictures, kind.array], scheme: [scheme, kind.object] },
    placement,
    placementKinds,
  );
  const labelsOf = labeler(scheme);
  const truths = pictures.map(({ name, picture, mask: values }) => mask(picture, labelsOf(values, name)));
  return async (model) => {
    await using network = segmenterOf(model, {
      classes: scheme.classes.map(({ name }) => name),
      placement,
    });
    const evaluation = segmentationEvaluation({
      classes: scheme.classes.length,
      ...(scheme.ignore !== null && { ignore: ignoredLabel }),
    });
    for (const [i, { picture }] of pictures.entries()) {
      const { labels } = await network.segment(picture, { probabilities: false });
      evaluation.add(truths[i]!, mask(picture, labels));
    }
    const { dice, pixelAccuracy } = evaluation.figures();
    return { dice, pixelError: 1 - pixelAccuracy };
  };
}
