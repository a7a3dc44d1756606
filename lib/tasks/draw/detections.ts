import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { copy, type Image, plane } from '../../image/image.js';
import type { Box, Detection } from '../../networks/detector/detector.js';
import { eachDot, glyphSize, textWidth } from './font.js';
import { colorOfClass } from './segmentation.js';

type Color = readonly [number, number, number];

/** The parts of a detection that are drawn. */
export type DrawnDetection = Pick<Detection, 'box' | 'label' | 'labelId'> & {
  readonly score?: number | undefined;
};

/** A rectangle in whole pixels; what is outside of the picture is not drawn. */
interface Area {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * A copy of the picture with a box around each detection, labeled with class and score. A class has the same color in
 * every picture. Lines and letters scale with the picture, so they stay readable when a large picture is shown small.
 */
export function drawDetections(picture: Image, detections: readonly DrawnDetection[]): Image {
  check('drawDetections', { picture: [picture, kind.image], detections: [detections, kind.objects] });
  const result = copy(picture);
  const dot = Math.max(1, Math.round(Math.min(picture.width, picture.height) / 320));
  // The highest score last, so that its label is on top.
  for (const detection of [...detections].reverse()) frame(result, detection, 2 * dot);
  for (const detection of [...detections].reverse()) tag(result, detection, dot);
  return result;
}

/** Colors of classes start at 1: color 0 is the background's. */
function colorOf({ labelId }: DrawnDetection): Color {
  return colorOfClass(labelId + 1);
}

function frame(picture: Image, detection: DrawnDetection, thickness: number): void {
  const { x0, y0, x1, y1 } = areaOf(detection.box);
  const color = colorOf(detection);
  fill(picture, { x0, y0, x1, y1: y0 + thickness }, color);
  fill(picture, { x0, y0: y1 - thickness, x1, y1 }, color);
  fill(picture, { x0, y0, x1: x0 + thickness, y1 }, color);
  fill(picture, { x0: x1 - thickness, y0, x1, y1 }, color);
}

/** The label: above the box, or inside it if there is no room above; always within the picture. */
function tag(picture: Image, detection: DrawnDetection, dot: number): void {
  const { label, score } = detection;
  const text = score === undefined ? label : `${label} ${score.toFixed(2)}`;
  const width = (textWidth(text) + 4) * dot;
  const height = (glyphSize.height + 4) * dot;
  const box = areaOf(detection.box);
  const x0 = Math.max(0, Math.min(box.x0, picture.width - width));
  const y0 = Math.max(0, Math.min(box.y0 >= height ? box.y0 - height : box.y0, picture.height - height));
  const color = colorOf(detection);
  fill(picture, { x0, y0, x1: x0 + width, y1: y0 + height }, color);
  const ink = inkOn(color);
  eachDot(text, (x, y) => {
    const [left, top] = [x0 + (x + 2) * dot, y0 + (y + 2) * dot];
    fill(picture, { x0: left, y0: top, x1: left + dot, y1: top + dot }, ink);
  });
}

/** Black or white, for contrast. */
function inkOn([red, green, blue]: Color): Color {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? [0, 0, 0] : [1, 1, 1];
}

function areaOf([x0, y0, x1, y1]: Box): Area {
  return { x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x1), y1: Math.round(y1) };
}

function fill(picture: Image, area: Area, color: Color): void {
  const { width, height } = picture;
  const [x0, x1] = [Math.max(0, area.x0), Math.min(width, area.x1)];
  if (x1 <= x0) return;
  color.forEach((value, c) => {
    const channel = plane(picture, c);
    for (let y = Math.max(0, area.y0); y < Math.min(height, area.y1); y++)
      channel.fill(value, y * width + x0, y * width + x1);
  });
}
