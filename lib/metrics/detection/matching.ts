/** The detections of one category in one image, best first, and the true objects. */
export interface Scene {
  readonly detections: number;
  readonly objects: number;
  /** IoU of detection d with object g, at d · objects + g. */
  readonly iou: Float64Array;
  /** 1 for objects that need not be found. */
  readonly ignored: Uint8Array;
  /** 1 for objects that any number of detections may match. */
  readonly crowd: Uint8Array;
}

/**
 * Writes to `match` the object that each detection matches, −1 for none. `taken` is scratch space, one flag per object.
 */
export type Matcher = (scene: Scene, threshold: number, match: Int32Array, taken: Uint8Array) => void;

/** Equal boxes may differ in the last digit, so COCO's tools lower a threshold of 1 a little. */
const highest = 1 - 1e-10;

/**
 * COCO's matching: in order of score, each detection takes the free object with the highest IoU, the last of equals.
 * It takes an object that need not be found only if no other object reaches the threshold.
 */
export const matchBestFree: Matcher = (scene, threshold, match, taken) => {
  const least = Math.min(threshold, highest);
  taken.fill(0, 0, scene.objects);
  for (let d = 0; d < scene.detections; d++) {
    let found = bestFree(scene, d, 0, least, taken);
    if (found < 0) found = bestFree(scene, d, 1, least, taken);
    if (found >= 0) taken[found] = 1;
    match[d] = found;
  }
};

function bestFree(
  { objects, iou, ignored, crowd }: Scene,
  d: number,
  ignoredOnes: 0 | 1,
  least: number,
  taken: Uint8Array,
): number {
  let best = least;
  let found = -1;
  for (let g = 0; g < objects; g++) {
    if (ignored[g] !== ignoredOnes || iou[d * objects + g]! < best) continue;
    if (taken[g] === 1 && crowd[g] === 0) continue;
    best = iou[d * objects + g]!;
    found = g;
  }
  return found;
}

/**
 * Pascal's matching: each detection is compared only with the object of the highest IoU, the first of equals. It takes
 * that object if the IoU reaches the threshold and the object is free. Objects that need not be found stay free.
 */
export const matchBestOnly: Matcher = ({ detections, objects, iou, ignored }, threshold, match, taken) => {
  taken.fill(0, 0, objects);
  for (let d = 0; d < detections; d++) {
    let best = 0;
    for (let g = 1; g < objects; g++) if (iou[d * objects + g]! > iou[d * objects + best]!) best = g;
    const agreement = objects > 0 ? iou[d * objects + best]! : 0;
    const hit = agreement > 0 && agreement >= threshold && taken[best] === 0;
    match[d] = hit ? best : -1;
    if (hit && ignored[best] === 0) taken[best] = 1;
  }
};
