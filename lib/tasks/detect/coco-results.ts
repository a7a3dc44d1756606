import { stringify } from 'lossless-json';

import { check } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Id } from '../../metrics/detection/ids.js';
import type { Detection } from '../../networks/detector/detector.js';

/** One detection as COCO's results files have it; the box is left, top, width and height. */
export interface CocoResult {
  readonly image_id: Id;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}

/** What was found in a picture, for a COCO results file. The category is the class's number. */
export function cocoResults(imageId: Id, detections: readonly Detection[]): CocoResult[] {
  check('cocoResults', { imageId: [imageId, kind.id], detections: [detections, kind.objects] });
  return detections.map(({ box: [x0, y0, x1, y1], labelId, score }) => ({
    image_id: imageId,
    category_id: labelId,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    score,
  }));
}

/** The bytes of a COCO file. Ids of any length are written exactly, which JSON.stringify cannot do. */
export function cocoBytes(document: object): Uint8Array {
  return new TextEncoder().encode(`${stringify(document) ?? ''}\n`);
}
