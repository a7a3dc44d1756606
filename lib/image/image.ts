import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind, maybe } from '../base/kinds.js';
import { float32, type Float32Tensor } from '../tensor/tensor.js';

/** A width and a height in whole pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Planes of the same size, one after another, rows from the top: value (c, y, x) is `data[(c·height + y)·width + x]`.
 * Operations that only move or mix pixels take any number of channels: photographs, masks, heat maps, gradients.
 */
export interface Planes<C extends number = number> extends Size {
  readonly channels: C;
  readonly data: Float32Array;
}

/** A picture: red, green and blue planes, sRGB values in [0, 1]. Its data is that of the 1×3×height×width tensor. */
export type Image = Planes<3>;

/** Planes of more values (8.6 GB) are rejected before memory is allocated. */
const maxValues = 2 ** 31 - 1;

/**
 * Planes over `data` (not copied), or zeros.
 * @throws OneirosError `bad-argument` if a size is not an integer ≥ 1, or `data` does not fill it exactly; without
 *   `data`, `too-large` for more than 2³¹ − 1 values, or if memory cannot be allocated
 */
export function planes<C extends number>(
  channels: C,
  { width, height }: Size,
  data?: Float32Array,
): Planes<C> {
  checkSize({ width, height });
  if (!isCount(channels))
    throw new OneirosError(
      'bad-argument',
      `the number of channels must be a whole number ≥ 1, not ${channels}`,
    );
  const length = channels * width * height;
  if (data && data.length !== length)
    throw new OneirosError(
      'bad-argument',
      `${channels} planes of ${width}×${height} pixels have ${length} values, not ${data.length}`,
    );
  return { channels, width, height, data: data ?? zeros(channels, { width, height }) };
}

function zeros(channels: number, size: Size): Float32Array {
  checkRoom(channels, size);
  try {
    return new Float32Array(channels * size.width * size.height);
  } catch (cause) {
    throw tooLarge(channels, size, 'that much memory cannot be allocated', cause);
  }
}

/** @throws OneirosError `too-large` for planes of more than 2³¹ − 1 values */
export function checkRoom(channels: number, size: Size): void {
  if (channels * size.width * size.height > maxValues)
    throw tooLarge(channels, size, `the limit is ${gigabytes(maxValues)}`);
}

function tooLarge(channels: number, { width, height }: Size, why: string, cause?: unknown): OneirosError {
  return new OneirosError(
    'too-large',
    `${channels} planes of ${width}×${height} pixels take ${gigabytes(channels * width * height)}, and ${why}`,
    { cause },
  );
}

function gigabytes(values: number): string {
  return `${((4 * values) / 1e9).toFixed(1)} GB`;
}

/**
 * A picture over `data` (planar RGB in [0, 1], not copied), or a black one.
 * @throws OneirosError `bad-argument` if a side is not an integer ≥ 1, or `data` does not fill the size exactly;
 *   `too-large` for more than 2³¹ − 1 values, or if memory cannot be allocated
 */
export function image(size: Size, data?: Float32Array): Image {
  check('image', { size: [size, kind.size], data: [data, maybe(kind.floats)] });
  return planes(3, size, data);
}

/** A picture of one color: red, green, blue in [0, 1]. Throws as {@link image}. */
export function solid(size: Size, color: readonly [number, number, number]): Image {
  check('solid', { size: [size, kind.size], color: [color, kind.background] });
  const picture = image(size);
  const area = size.width * size.height;
  color.forEach((value, c) => picture.data.fill(value, c * area, (c + 1) * area));
  return picture;
}

/** One plane as a view: writing to it changes the image. */
export function plane({ data, width, height }: Planes, channel: number): Float32Array {
  return data.subarray(channel * width * height, (channel + 1) * width * height);
}

/** A copy of the planes and their data. */
export function copy<C extends number>(source: Planes<C>): Planes<C> {
  return { ...source, data: source.data.slice() };
}

/** The planes as a 1×channels×height×width tensor over the same memory. */
export function toTensor(planes: Planes): Float32Tensor {
  check('toTensor', { planes: [planes, kind.planes] });
  const { channels, width, height, data } = planes;
  return float32(data, [1, channels, height, width]);
}

/**
 * A 1×3×height×width tensor as a picture over the same memory.
 * @throws OneirosError `bad-argument` for other dimensions
 */
export function fromTensor(tensor: Float32Tensor): Image {
  check('fromTensor', { tensor: [tensor, kind.tensor] });
  const picture = planesFromTensor(tensor);
  if (picture.channels !== 3)
    throw new OneirosError(
      'bad-argument',
      `a picture has 3 channels, but this tensor has ${picture.channels}`,
    );
  return image(picture, picture.data);
}

/**
 * A 1×channels×height×width tensor as planes over the same memory.
 * @throws OneirosError `bad-argument` for other dimensions
 */
export function planesFromTensor({ dims, data }: Float32Tensor): Planes {
  const [batch, channels, height, width] = dims;
  if (dims.length !== 4 || batch !== 1 || !channels || !height || !width)
    throw new OneirosError(
      'bad-argument',
      `an image tensor must be 1×channels×height×width, not [${dims.join(', ')}]`,
    );
  return planes(channels, { width, height }, data);
}

/** @throws OneirosError `bad-argument` if the width or the height is not an integer ≥ 1 */
export function checkSize({ width, height }: Size): void {
  if (!isCount(width) || !isCount(height))
    throw new OneirosError(
      'bad-argument',
      `width and height must be whole numbers ≥ 1, not ${width}×${height}`,
    );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
