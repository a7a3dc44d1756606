// `oneiros/metrics`: measures of detectors, segmenters and classifiers. Pure functions of boxes, masks and labels.

export * from '../metrics/index.js';
export { boxIou, generalizedBoxIou } from '../networks/detector/box-iou.js';
export {
  decodeBox,
  encodeBox,
  type BoxOffsets,
  type BoxWeights,
} from '../networks/detector/anchor-offsets.js';
export type { PascalForm } from '../metrics/io/pascal-box.js';
export { nms, nmsByClass, type Candidate } from '../networks/detector/nms.js';
export {
  distinctIds,
  imageIdOf,
  readImageIds,
  type ImageIdOptions,
  type ImageIds,
} from '../metrics/io/image-ids.js';
export { regionsOf, type Region, type Ring } from '../metrics/masks/outline.js';
export { cocoResults, type CocoResult } from '../tasks/detect/coco-results.js';
export { cocoMasks, type CocoAnnotation, type CocoMask } from '../tasks/segment/coco-masks.js';
