import { stringify } from 'lossless-json';

import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Id } from '../../metrics/detection/ids.js';
import type { Detection } from '../../networks/detector/detector.js';

/** One detection in the form of COCO's results files; the box is left, top, width and height, in pixels. */
export interface CocoResult {
  readonly image_id: Id;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}

/** The detections in a picture, for a COCO results file. The category is the number of the class. */
export function cocoResults(imageId: Id, detections: readonly Detection[]): CocoResult[] {
  check('cocoResults', { imageId: [imageId, kind.id], detections: [detections, kind.objects] });
  return detections.map(({ box: [x0, y0, x1, y1], labelId, score }) => ({
    image_id: imageId,
    category_id: labelId,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    score,
  }));
}

/** The bytes of a COCO file. Ids may be bigints, which JSON.stringify cannot write. */
export function cocoBytes(document: object): Uint8Array {
  return new TextEncoder().encode(`${stringify(document) ?? ''}\n`);
}
