import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { mask } from '../../lib/metrics/masks/mask.js';
import { segmentationEvaluation } from '../../lib/metrics/masks/segmentation.js';

describe('Segmentation evaluation', () => {
  const size = { width: 4, height: 1 };

  it('adds up the pixels of all images', () => {
    const evaluation = segmentationEvaluation();
    evaluation.add(mask(size, Uint8Array.of(1, 1, 0, 0)), mask(size, Uint8Array.of(1, 0, 0, 0)));
    evaluation.add(mask(size, Uint8Array.of(1, 1, 1, 255)), mask(size, Uint8Array.of(1, 1, 1, 0)));
    const { perClass, ...figures } = evaluation.figures();
    // Of seven pixels that count, five are objects, of which four are found; masks one pixel high are all boundary.
    expect(figures).to.deep.equal({
      images: 2,
      pixelAccuracy: 6 / 7,
      meanIoU: (2 / 3 + 4 / 5) / 2,
      IoU: 4 / 5,
      dice: 8 / 9,
      boundaryIoU: (1 / 2 + 1) / 2,
    });
    expect(perClass[0]).to.deep.equal({ IoU: 2 / 3, dice: 4 / 5, precision: 2 / 3, recall: 1 });
  });

  it('gives −1 without images', () => {
    const { images, ...figures } = segmentationEvaluation({ classes: 3 }).figures();
    expect(images).to.equal(0);
    expect([figures.pixelAccuracy, figures.meanIoU, figures.IoU, figures.boundaryIoU]).to.deep.equal([
      -1, -1, -1, -1,
    ]);
  });

  it('refuses different sizes and labels that are not a class', () => {
    const evaluation = segmentationEvaluation();
    const truth = mask(size);
    expect(() => evaluation.add(truth, mask({ width: 1, height: 4 }))).to.throw(OneirosError, /4×1 .* 1×4/);
    expect(() => evaluation.add(truth, mask(size, Uint8Array.of(7, 0, 0, 0)))).to.throw(
      OneirosError,
      /label 0 is 0 where 7/,
    );
  });
});
