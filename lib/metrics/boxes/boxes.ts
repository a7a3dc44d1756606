import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';

/** What the four numbers of a box are: `xyxy` two corners, `xywh` the upper left corner, width and height. */
export type BoxForm = 'xyxy' | 'xywh';

/**
 * How much two boxes overlap:
 * - `iou`   intersection over union, in [0, 1]
 * - `giou`  IoU minus the share of the smallest enclosing box that neither covers, in (−1, 1] (Rezatofighi et al. 2019)
 * - `diou`  IoU minus the squared distance of the centers over the squared enclosing diagonal (Zheng et al. 2020)
 * - `ciou`  DIoU minus a penalty for different aspect ratios (the same paper)
 *
 * If a box has no area, the IoU is 0. Every quotient whose divisor would be 0 is 0 too.
 */
export type BoxMeasure = 'iou' | 'giou' | 'diou' | 'ciou';

export interface BoxOptions {
  /** @default 'iou' */
  readonly measure?: BoxMeasure;
  /** @default 'xyxy' */
  readonly form?: BoxForm;
}

const boxKinds: OptionKinds<BoxOptions> = {
  measure: oneOf('iou', 'giou', 'diou', 'ciou'),
  form: oneOf('xyxy', 'xywh'),
};

const boxDefaults = { measure: 'iou', form: 'xyxy' } as const satisfies Required<BoxOptions>;

/** The limit of pairs in one matrix: 2 GiB of float32. */
const maxPairs = 2 ** 29;

/**
 * The overlap of two boxes of four numbers each.
 * @throws OneirosError `bad-argument` for a box that is not four finite numbers, or is inverted
 */
export function boxOverlap(a: ArrayLike<number>, b: ArrayLike<number>, options: BoxOptions = {}): number {
  check('boxOverlap', { a: [a, kind.numbers], b: [b, kind.numbers] }, options, boxKinds);
  if (a.length !== 4 || b.length !== 4)
    throw new OneirosError(
      'bad-argument',
      `a box is four numbers, not ${a.length === 4 ? b.length : a.length}`,
    );
  const { measure, form } = withDefaults(boxDefaults, options);
  const row = new Float64Array(1);
  rowOf[measure](corners(a, form), 0, corners(b, form), row);
  return row[0]!;
}

/**
 * The overlap of every box of `a` (n·4 numbers) with every box of `b` (m·4): the n×m matrix, rows from `a`.
 * @throws OneirosError `bad-argument` for boxes that are not four finite numbers each, or inverted; `too-large` for
 *   more than 2^29 pairs
 */
export function boxOverlaps(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BoxOptions = {},
): Float32Array {
  check('boxOverlaps', { a: [a, kind.numbers], b: [b, kind.numbers] }, options, boxKinds);
  const { measure, form } = withDefaults(boxDefaults, options);
  const [from, to] = [corners(a, form), corners(b, form)];
  if (from.count * to.count > maxPairs)
    throw new OneirosError(
      'too-large',
      `${from.count} × ${to.count} boxes are more than ${maxPairs} pairs: compare them in parts`,
    );
  const out = new Float32Array(from.count * to.count);
  const row = new Float64Array(to.count);
  for (let i = 0; i < from.count; i++) {
    rowOf[measure](from, i, to, row);
    out.set(row, i * to.count);
  }
  return out;
}

/** Boxes by columns, so that the loop over pairs reads memory in order. */
interface Corners {
  readonly count: number;
  readonly left: Float64Array;
  readonly top: Float64Array;
  readonly right: Float64Array;
  readonly bottom: Float64Array;
  readonly area: Float64Array;
  /** arctan(width/height) */
  readonly aspect: Float64Array;
}

function corners(boxes: ArrayLike<number>, form: BoxForm): Corners {
  if (boxes.length % 4 !== 0)
    throw new OneirosError(
      'bad-argument',
      `boxes are four numbers each; ${boxes.length} is not a multiple of 4`,
    );
  const count = boxes.length / 4;
  const column = () => new Float64Array(count);
  const [left, top, right] = [column(), column(), column()];
  const [bottom, area, aspect] = [column(), column(), column()];
  for (let i = 0; i < count; i++) {
    const x = boxes[i * 4]!;
    const y = boxes[i * 4 + 1]!;
    const width = form === 'xywh' ? boxes[i * 4 + 2]! : boxes[i * 4 + 2]! - x;
    const height = form === 'xywh' ? boxes[i * 4 + 3]! : boxes[i * 4 + 3]! - y;
    if (!(Number.isFinite(x + y) && width >= 0 && height >= 0 && Number.isFinite(width + height)))
      throw new OneirosError(
        'bad-argument',
        `box ${i} is [${Array.from({ length: 4 }, (_, k) => boxes[i * 4 + k]).join(', ')}] (${form}): expected ` +
          'finite numbers, with width and height ≥ 0',
      );
    left[i] = x;
    top[i] = y;
    right[i] = form === 'xywh' ? x + width : boxes[i * 4 + 2]!;
    bottom[i] = form === 'xywh' ? y + height : boxes[i * 4 + 3]!;
    area[i] = width * height;
    aspect[i] = Math.atan2(width, height);
  }
  return { count, left, top, right, bottom, area, aspect };
}

/** Writes the overlap of box `i` of `a` with every box of `b`. */
type Row = (a: Corners, i: number, b: Corners, row: Float64Array) => void;

const rowOf: Record<BoxMeasure, Row> = {
  iou: iouRow,
  giou: giouRow,
  diou: (a, i, b, row) => {
    iouRow(a, i, b, row);
    subtractDistances(a, i, b, row);
  },
  ciou: (a, i, b, row) => {
    iouRow(a, i, b, row);
    subtractAspects(a, i, b, row); // needs the IoU, so it comes before the distances
    subtractDistances(a, i, b, row);
  },
};

// These are the inner loops. Engines compile comparisons of doubles to branches, which boxes at random positions make
// unpredictable; so minimum and maximum are written with absolute values. Along one axis, with s the sum of the lengths
// of two intervals and g the distance of their left ends plus that of their right ends, the intersection is
// max(0, (s − g) / 2), and the hull (s + g) / 2. This is three times as fast.

function iouRow(a: Corners, i: number, b: Corners, row: Float64Array): void {
  const { count, left, top, right, bottom, area } = b;
  const [x0, y0, x1, y1, size] = [a.left[i]!, a.top[i]!, a.right[i]!, a.bottom[i]!, a.area[i]!];
  const [width, height] = [x1 - x0, y1 - y0];
  for (let j = 0; j < count; j++) {
    const l = left[j]!;
    const t = top[j]!;
    const r = right[j]!;
    const d = bottom[j]!;
    const across = width + (r - l) - (Math.abs(x0 - l) + Math.abs(x1 - r));
    const down = height + (d - t) - (Math.abs(y0 - t) + Math.abs(y1 - d));
    const both = ((across + Math.abs(across)) * (down + Math.abs(down))) / 16;
    const union = size + area[j]! - both;
    row[j] = union > 0 ? both / union : 0;
  }
}

function giouRow(a: Corners, i: number, b: Corners, row: Float64Array): void {
  const { count, left, top, right, bottom, area } = b;
  const [x0, y0, x1, y1, size] = [a.left[i]!, a.top[i]!, a.right[i]!, a.bottom[i]!, a.area[i]!];
  const [width, height] = [x1 - x0, y1 - y0];
  for (let j = 0; j < count; j++) {
    const l = left[j]!;
    const t = top[j]!;
    const r = right[j]!;
    const d = bottom[j]!;
    const apartX = Math.abs(x0 - l) + Math.abs(x1 - r);
    const apartY = Math.abs(y0 - t) + Math.abs(y1 - d);
    const across = width + (r - l) - apartX;
    const down = height + (d - t) - apartY;
    const both = ((across + Math.abs(across)) * (down + Math.abs(down))) / 16;
    const union = size + area[j]! - both;
    const hull = ((width + (r - l) + apartX) * (height + (d - t) + apartY)) / 4;
    row[j] = (union > 0 ? both / union : 0) - (hull > 0 ? (hull - union) / hull : 0);
  }
}

/** Subtracts the squared distance of the centers over the squared diagonal of the hull. */
function subtractDistances(a: Corners, i: number, b: Corners, row: Float64Array): void {
  const { count, left, top, right, bottom } = b;
  const [x0, y0, x1, y1] = [a.left[i]!, a.top[i]!, a.right[i]!, a.bottom[i]!];
  const [width, height] = [x1 - x0, y1 - y0];
  for (let j = 0; j < count; j++) {
    const l = left[j]!;
    const t = top[j]!;
    const r = right[j]!;
    const d = bottom[j]!;
    // Twice the sides of the hull, and twice the distances of the centers.
    const hullWidth = width + (r - l) + (Math.abs(x0 - l) + Math.abs(x1 - r));
    const hullHeight = height + (d - t) + (Math.abs(y0 - t) + Math.abs(y1 - d));
    const dx = x0 + x1 - l - r;
    const dy = y0 + y1 - t - d;
    const diagonal = hullWidth * hullWidth + hullHeight * hullHeight;
    if (diagonal > 0) row[j]! -= (dx * dx + dy * dy) / diagonal;
  }
}

/** Subtracts α·v of CIoU from the IoU: v = 4/π²·(Δ arctan(width/height))², α = v / (1 − IoU + v). */
function subtractAspects(a: Corners, i: number, b: Corners, row: Float64Array): void {
  const own = a.aspect[i]!;
  for (let j = 0; j < b.count; j++) {
    const difference = own - b.aspect[j]!;
    const v = (4 / Math.PI ** 2) * difference * difference;
    if (v > 0) row[j]! -= (v * v) / (1 - row[j]! + v);
  }
}
