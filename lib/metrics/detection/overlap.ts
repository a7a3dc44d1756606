import { runsIou } from '../masks/rle.js';
import type { Protocol } from './protocol.js';
import type { Detections, ObjectTable, Truth } from './tables.js';

/** Writes the IoU of detection `d` with each of `objects` to `out`, starting at `offset`. */
export type OverlapRow = (d: number, objects: Uint32Array, out: Float64Array, offset: number) => void;

/**
 * How the objects of a protocol are compared: by boxes or by masks, by IoU, and for crowds by intersection over the
 * detection's area.
 */
export function overlapRows(truth: Truth, detections: Detections, protocol: Protocol): OverlapRow {
  const crowd = protocol.matching === 'best-free' ? truth.crowd : new Uint8Array(truth.count);
  return truth.masks && detections.masks
    ? maskRows(truth, truth.masks, detections, detections.masks, crowd)
    : boxRows(truth, detections, crowd, protocol.pixels === 'inclusive' ? 1 : 0);
}

/** @param extra pixels added to the width and height of each box: 1 if boxes include both of their end pixels */
function boxRows(truth: ObjectTable, detections: ObjectTable, crowd: Uint8Array, extra: number): OverlapRow {
  return (d, objects, out, offset) => {
    const x = detections.boxes[4 * d]!;
    const y = detections.boxes[4 * d + 1]!;
    const width = detections.boxes[4 * d + 2]!;
    const height = detections.boxes[4 * d + 3]!;
    const area = (width + extra) * (height + extra);
    for (let j = 0; j < objects.length; j++) {
      const g = 4 * objects[j]!;
      const gx = truth.boxes[g]!;
      const gy = truth.boxes[g + 1]!;
      const gWidth = truth.boxes[g + 2]!;
      const gHeight = truth.boxes[g + 3]!;
      const across = Math.min(width + x, gWidth + gx) - Math.max(x, gx) + extra;
      const down = Math.min(height + y, gHeight + gy) - Math.max(y, gy) + extra;
      const both = across > 0 && down > 0 ? across * down : 0;
      const whole = crowd[objects[j]!] ? area : area + (gWidth + extra) * (gHeight + extra) - both;
      out[offset + j] = both > 0 ? both / whole : 0;
    }
  };
}

function maskRows(
  truth: ObjectTable,
  truthMasks: NonNullable<ObjectTable['masks']>,
  detections: ObjectTable,
  detectionMasks: NonNullable<ObjectTable['masks']>,
  crowd: Uint8Array,
): OverlapRow {
  return (d, objects, out, offset) => {
    const runs = runsOf(detectionMasks, d);
    for (let j = 0; j < objects.length; j++) {
      const g = objects[j]!;
      out[offset + j] = boxesMeet(detections.boxes, d, truth.boxes, g)
        ? runsIou(runs, runsOf(truthMasks, g), crowd[g] === 1)
        : 0;
    }
  };
}

function runsOf({ start, counts }: NonNullable<ObjectTable['masks']>, i: number): Uint32Array {
  return counts.subarray(start[i], start[i + 1]);
}

function boxesMeet(a: Float64Array, i: number, b: Float64Array, j: number): boolean {
  const [p, q] = [4 * i, 4 * j];
  return (
    Math.min(a[p]! + a[p + 2]!, b[q]! + b[q + 2]!) > Math.max(a[p]!, b[q]!) &&
    Math.min(a[p + 1]! + a[p + 3]!, b[q + 1]! + b[q + 3]!) > Math.max(a[p + 1]!, b[q + 1]!)
  );
}
