import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { checkRoom, checkSize, type Planes, planes, type Size } from '../image.js';
import {
  antialiased,
  cubic,
  interpolated,
  type Kernel,
  lanczos3,
  nearestPixel,
  resampleColumns,
  resampleRows,
  type ResampleTable,
  touched,
  triangle,
} from './resample.js';

/**
 * The interpolation: `nearest` copies pixels (for label masks), `area` averages them, the others are reconstruction
 * filters of increasing sharpness.
 */
export type Filter = 'nearest' | 'area' | 'bilinear' | 'bicubic' | 'lanczos3';

export interface ResizeOptions {
  /** @default 'bilinear' */
  readonly filter: Filter;
  /**
   * Whether to widen the filter when downscaling, so that no pixel is skipped, as PIL and torchvision do; without it,
   * as torch's `interpolate` with `align_corners=False`. `bicubic` has a = −0.5 with it and −0.75 without, as in these
   * libraries.
   * @default true
   */
  readonly antialias: boolean;
}

const resizeKinds: OptionKinds<Partial<ResizeOptions>> = {
  filter: oneOf('nearest', 'area', 'bilinear', 'bicubic', 'lanczos3'),
  antialias: kind.flag,
};

const resizeDefaults: ResizeOptions = { filter: 'bilinear', antialias: true };

/**
 * Resizes planes. `bicubic` and `lanczos3` overshoot, so values can leave [0, 1].
 * @throws OneirosError `bad-argument` if a side is not an integer ≥ 1; `too-large` if the result, or the intermediate
 *   planes of the new width and the old height, have more than 2³¹ − 1 values
 */
export function resize<C extends number>(
  source: Planes<C>,
  size: Size,
  options: Partial<ResizeOptions> = {},
): Planes<C> {
  check('resize', { source: [source, kind.planes], size: [size, kind.size] }, options, resizeKinds);
  const settings = withDefaults(resizeDefaults, options);
  checkSize(size);
  const { width, height, data } = source;
  // Rows are resized first: the intermediate planes can be larger than the source and the result.
  for (const rows of [height, size.height]) checkRoom(source.channels, { width: size.width, height: rows });
  const wide = width === size.width ? data : resampleRows(data, width, tableOf(settings, width, size.width));
  const result =
    height === size.height
      ? wide
      : resampleColumns(wide, size.width, height, tableOf(settings, height, size.height));
  return planes(source.channels, size, result === data ? data.slice() : result);
}

function tableOf({ filter, antialias }: ResizeOptions, from: number, to: number): ResampleTable {
  const filtered = (kernel: Kernel) => (antialias ? antialiased : interpolated)(kernel, from, to);
  switch (filter) {
    case 'nearest':
      return nearestPixel(from, to);
    case 'area':
      return touched(from, to);
    case 'bilinear':
      return filtered(triangle);
    case 'bicubic':
      return filtered(cubic(antialias ? -0.5 : -0.75));
    case 'lanczos3':
      return filtered(lanczos3);
  }
}

/** The side of a picture that gets a new length. */
export type Side = 'shorter' | 'longer' | 'width' | 'height';

/**
 * The size with the same proportions whose given side is `length` pixels. The other side is rounded to the nearest
 * integer, at least 1.
 * @param side `longer` by default
 * @throws OneirosError `bad-argument` if `length` is not an integer ≥ 1
 */
export function scaledSize(size: Size, length: number, side: Side = 'longer'): Size {
  check('scaledSize', {
    size: [size, kind.size],
    length: [length, kind.number],
    side: [side, oneOf('shorter', 'longer', 'width', 'height')],
  });
  const { width, height } = size;
  if (!Number.isSafeInteger(length) || length < 1)
    throw new OneirosError('bad-argument', `a length in pixels must be a whole number ≥ 1, not ${length}`);
  const byWidth = side === 'width' || (side !== 'height' && (side === 'longer') === width >= height);
  return byWidth
    ? { width: length, height: Math.max(1, Math.round((height * length) / width)) }
    : { width: Math.max(1, Math.round((width * length) / height)), height: length };
}
