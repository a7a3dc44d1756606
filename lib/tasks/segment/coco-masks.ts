import { check } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { areaOf, asOnePolygon, boxOf, regionsOf, type Ring } from '../../metrics/masks/outline.js';
import { encodeRle, rleBox } from '../../metrics/masks/rle.js';
import { rleToString } from '../../metrics/masks/rle-string.js';
import { maskOfClass, type Segmentation } from '../../networks/segmenter/segmentation.js';

/** A mask in COCO files: compressed run lengths, or polygons. */
export type CocoMask =
  { readonly size: readonly [height: number, width: number]; readonly counts: string } | readonly Ring[];

/** An annotation of COCO files: one object, or all pixels of a class. */
export interface CocoAnnotation {
  readonly category_id: number;
  readonly segmentation: CocoMask;
  /** Pixels. */
  readonly area: number;
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  readonly iscrowd: 0;
}

/**
 * A segmentation as COCO annotations without ids: with `rle`, one for each class that occurs, except the background;
 * with `polygons`, one for each connected part of such a class.
 */
export function cocoMasks(segmentation: Segmentation, as: 'rle' | 'polygons'): readonly CocoAnnotation[] {
  check('cocoMasks', { segmentation: [segmentation, kind.segmentation], as: [as, oneOf('rle', 'polygons')] });
  return segmentation.classes.flatMap(({ pixels }, index): readonly CocoAnnotation[] => {
    if (index === 0 || pixels === 0) return [];
    const found = maskOfClass(segmentation, index);
    if (as === 'polygons')
      return regionsOf(found).map((region) => ({
        category_id: index,
        segmentation: [asOnePolygon(region)],
        area: areaOf(region),
        bbox: boxOf(region),
        iscrowd: 0,
      }));
    const rle = encodeRle(found);
    return [
      {
        category_id: index,
        segmentation: { size: [rle.height, rle.width], counts: rleToString(rle) },
        area: pixels,
        bbox: rleBox(rle),
        iscrowd: 0,
      },
    ];
  });
}
