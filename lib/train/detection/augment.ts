import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind, orNull } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { flip } from '../../image/geometry/flip.js';
import { resize } from '../../image/geometry/resize.js';
import { type Image, plane, type Size, solid } from '../../image/image.js';
import { preprocessings } from '../../models/input/preprocessing.js';
import type { Box } from '../../networks/detector/detector.js';
import type { Random } from '../../tensor/random.js';

/** A picture with the objects in it. */
export interface LabeledPicture {
  readonly picture: Image;
  readonly boxes: readonly Box[];
  /** The number of each object's class, from 1. */
  readonly labels: readonly number[];
}

/** The random changes of pictures while a detector is trained; values are drawn uniformly from their ranges. */
export interface DetectionAugmentation {
  /** Mirrors every second picture (at random) left to right. @default true */
  readonly horizontal: boolean;
  /** Mirrors every second picture (at random) top to bottom. @default false */
  readonly vertical: boolean;
  /**
   * The largest common change of contrast and of brightness, as a fraction of full scale; channels vary by up to a
   * third more.
   * @default 0.1
   */
  readonly color: number;
  /** The size of training pictures: each is placed at random on a canvas of the mean color. @default null: its size */
  readonly canvas: Size | null;
  /** The size of pictures on the canvas; at 1 they just fit, larger ones are cropped. @default [1, 1] */
  readonly scale: readonly [smallest: number, largest: number];
  /** The largest change of the proportions: 0.2 changes width over height by a factor of up to 1.2. @default 0 */
  readonly stretch: number;
}

export const detectionAugmentationKinds: OptionKinds<Partial<DetectionAugmentation>> = {
  horizontal: kind.flag,
  vertical: kind.flag,
  color: kind.number,
  canvas: orNull(kind.size),
  scale: kind.numbers,
  stretch: kind.number,
};

const detectionAugmentation: DetectionAugmentation = {
  horizontal: true,
  vertical: false,
  color: 0.1,
  canvas: null,
  scale: [1, 1],
  stretch: 0,
};

/** An object is kept if its center is on the canvas and its box is at least this wide and high, in pixels. */
const narrowest = 4;

/** Changes a picture and its boxes together at random. The same state of `random` gives the same result. */
export function augmentDetection(
  example: LabeledPicture,
  random: Random,
  options: Partial<DetectionAugmentation> = {},
): LabeledPicture {
  check(
    'augmentDetection',
    { example: [example, kind.labeledPicture], random: [random, kind.random] },
    options,
    detectionAugmentationKinds,
  );
  const { horizontal, vertical, color, canvas, scale, stretch } = withDefaults(
    detectionAugmentation,
    options,
  );
  let result = canvas === null ? example : placed(example, random, canvas, { scale, stretch });
  if (horizontal && random.uniform() < 0.5) result = mirrored(result, 'horizontal');
  if (vertical && random.uniform() < 0.5) result = mirrored(result, 'vertical');
  return color > 0 ? { ...result, picture: recolored(result.picture, random, color) } : result;
}

function mirrored({ picture, boxes, labels }: LabeledPicture, axis: 'horizontal' | 'vertical') {
  const { width, height } = picture;
  const moved = boxes.map(([x0, y0, x1, y1]): Box =>
    axis === 'horizontal' ? [width - x1, y0, width - x0, y1] : [x0, height - y1, x1, height - y0],
  );
  return { picture: flip(picture, axis), boxes: moved, labels };
}

/** The picture on a canvas. If the random crop loses all objects, the whole picture is placed instead. */
function placed(
  example: LabeledPicture,
  random: Random,
  canvas: Size,
  { scale: [smallest, largest], stretch }: Pick<DetectionAugmentation, 'scale' | 'stretch'>,
): LabeledPicture {
  const { width, height } = example.picture;
  const fit = Math.min(canvas.width / width, canvas.height / height);
  const size = fit * (smallest + (largest - smallest) * random.uniform());
  const ratio = (1 + stretch) ** (random.uniform() - 0.5);
  const found = placedAt(example, random, canvas, [size * ratio, size / ratio]);
  return found.boxes.length > 0 || example.boxes.length === 0
    ? found
    : placedAt(example, random, canvas, [fit, fit]);
}

function placedAt(
  { picture, boxes, labels }: LabeledPicture,
  random: Random,
  canvas: Size,
  [across, down]: readonly [number, number],
): LabeledPicture {
  const width = Math.max(1, Math.round(picture.width * across));
  const height = Math.max(1, Math.round(picture.height * down));
  const small = resize(picture, { width, height }, { antialias: false });
  // Negative if the picture extends beyond the canvas.
  const place = (room: number) => random.integer(Math.min(0, room), Math.max(0, room));
  const [x, y] = [place(canvas.width - width), place(canvas.height - height)];
  const [scaleX, scaleY] = [width / picture.width, height / picture.height];
  const moved = boxes.map(([x0, y0, x1, y1]) =>
    inside([scaleX * x0 + x, scaleY * y0 + y, scaleX * x1 + x, scaleY * y1 + y], canvas),
  );
  const stays = moved.flatMap((box, i) => (box === null ? [] : [{ box, label: labels[i]! }]));
  return {
    picture: overplacedAt(solid(canvas, preprocessings.imagenet.mean), small, x, y),
    boxes: stays.map(({ box }) => box),
    labels: stays.map(({ label }) => label),
  };
}

/** Copies the part of a picture that is on the canvas, with the picture's corner at (x, y). */
function overplacedAt(canvas: Image, picture: Image, x: number, y: number): Image {
  const [left, right] = [Math.max(0, x), Math.min(canvas.width, x + picture.width)];
  const [top, bottom] = [Math.max(0, y), Math.min(canvas.height, y + picture.height)];
  for (let c = 0; c < 3; c++)
    for (let row = top; row < bottom; row++) {
      const from = (row - y) * picture.width - x;
      plane(canvas, c).set(plane(picture, c).subarray(from + left, from + right), row * canvas.width + left);
    }
  return canvas;
}

/** The part of a box that is on the canvas; `null` if its center is not, or the part is too small. */
function inside([x0, y0, x1, y1]: Box, { width, height }: Size): Box | null {
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  if (x < 0 || x > width || y < 0 || y > height) return null;
  const box: Box = [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
  return box[2] - box[0] >= narrowest && box[3] - box[1] >= narrowest ? box : null;
}

/** Changes contrast (around 0.5) and brightness, mostly equally for all channels. */
function recolored(picture: Image, random: Random, amount: number): Image {
  const draw = (size: number) => size * (2 * random.uniform() - 1);
  const [contrast, brightness] = [draw(amount), draw(amount)];
  const data = new Float32Array(picture.data.length);
  const size = picture.width * picture.height;
  for (let c = 0; c < 3; c++) {
    const gain = 1 + contrast + draw(amount / 3);
    const shift = 0.5 - 0.5 * gain + brightness + draw(amount / 3);
    const channel = plane(picture, c);
    for (let i = 0; i < size; i++) data[c * size + i] = Math.min(1, Math.max(0, gain * channel[i]! + shift));
  }
  return { ...picture, data };
}
