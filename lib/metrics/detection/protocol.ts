import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { flag, resolveOptions, withDefaults } from '../../base/option-table.js';

/** A range of object areas in pixels, both ends included. */
export interface AreaRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/**
 * The rules by which detections are compared with the truth. {@link cocoProtocol} and {@link vocProtocol} return those
 * of the benchmarks; any other combination works too.
 */
export interface Protocol {
  /** The smallest IoU at which a detection is right, in [0, 1]; each threshold is evaluated separately. */
  readonly thresholds: readonly number[];
  readonly areas: readonly AreaRange[];
  /** How many detections of a category count per image, best first; each limit is evaluated separately. Ascending. */
  readonly maxDets: readonly number[];
  /**
   * Which object a detection can match: `best-free`, the best one that no better detection has taken (COCO), or
   * `best-only`, the best one, so that a second detection of it is wrong (Pascal).
   */
  readonly matching: 'best-free' | 'best-only';
  /** The area under the curve: precision averaged over this number of recalls from 0 to 1, or the exact integral. */
  readonly recalls: number | 'every-point';
  /** `inclusive`: boxes are whole pixels, both ends included, so a box is one pixel wider than x1 − x0. */
  readonly pixels: 'continuous' | 'inclusive';
  /** Added to the number of detections in the divisor of precision: machine epsilon in COCO's tools, otherwise 0. */
  readonly precisionBias: number;
  /** A detection that matches the annotation of id 0 is not right. */
  readonly idZeroUnmatched: boolean;
  /** Objects marked `ignore` are ordinary objects unless they are crowds. */
  readonly ignoreOverwritten: boolean;
}

/** Undocumented behavior of pycocotools; on by default, so that the figures equal those of pycocotools. */
export const cocoQuirks = {
  idZeroUnmatched: flag(true, 'a detection that matches the annotation of id 0 counts as wrong'),
  ignoreOverwritten: flag(true, 'the field "ignore" of annotations is overwritten by "iscrowd"'),
  headlineAt100: flag(
    true,
    'AP is read at 100 detections per image for any maxDets; it is −1 if maxDets does not include 100',
  ),
};

/** What `cocoQuirks` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface CocoQuirks {
  /**
   * A detection that matches the annotation of id 0 counts as wrong.
   * @default true
   */
  readonly idZeroUnmatched?: boolean | undefined;
  /**
   * The field "ignore" of annotations is overwritten by "iscrowd".
   * @default true
   */
  readonly ignoreOverwritten?: boolean | undefined;
  /**
   * AP is read at 100 detections per image for any maxDets; it is −1 if maxDets does not include 100.
   * @default true
   */
  readonly headlineAt100?: boolean | undefined;
}

export interface CocoOptions extends CocoQuirks {
  /** IoU thresholds, in [0, 1]. @default 0.5 to 0.95 in steps of 0.05 */
  readonly thresholds?: readonly number[];
  /** The numbers of detections per image for AR1, AR10 and AR100, ascending. @default [1, 10, 100] */
  readonly maxDets?: readonly [number, number, number];
}

export const cocoKinds: OptionKinds<CocoOptions> = {
  ...cocoQuirks,
  thresholds: kind.numbers,
  maxDets: kind.numbers,
};

export const cocoDefaults = {
  // These are numpy.linspace(.5, .95, 10) to the last bit, and so are the recalls in evaluate.ts.
  thresholds: Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5)),
  maxDets: [1, 10, 100],
} as const;

const cocoAreas: readonly AreaRange[] = [
  { name: 'all', min: 0, max: 1e10 },
  { name: 'small', min: 0, max: 32 ** 2 },
  { name: 'medium', min: 32 ** 2, max: 96 ** 2 },
  { name: 'large', min: 96 ** 2, max: 1e10 },
];

/**
 * COCO's rules, as in pycocotools 2.0.
 * @throws OneirosError `bad-argument` for thresholds not in [0, 1], or maxDets that do not ascend
 */
export function cocoProtocol(options: CocoOptions = {}): Protocol {
  check('cocoProtocol', {}, options, cocoKinds);
  const { thresholds, maxDets } = withDefaults(cocoDefaults, options);
  const { idZeroUnmatched, ignoreOverwritten } = resolveOptions(cocoQuirks, options);
  return checkedProtocol({
    thresholds,
    areas: cocoAreas,
    maxDets,
    matching: 'best-free',
    recalls: 101,
    pixels: 'continuous',
    precisionBias: Number.EPSILON,
    idZeroUnmatched,
    ignoreOverwritten,
  });
}

export interface VocOptions {
  /** The smallest IoU at which a detection is right, in [0, 1]. @default 0.5 */
  readonly iou?: number;
  /** @default 'inclusive' */
  readonly pixels?: Protocol['pixels'];
}

const vocKinds: OptionKinds<VocOptions> = { iou: kind.number, pixels: oneOf('continuous', 'inclusive') };

export const vocDefaults = { iou: 0.5, pixels: 'inclusive' } as const satisfies Required<VocOptions>;

/**
 * Pascal VOC's rules: precision at 11 recalls until 2009 (`voc2007`), the exact area since then (`voc2012`). A
 * detection of an object marked difficult (or crowd) is neither right nor wrong.
 * @throws OneirosError `bad-argument` for a threshold not in [0, 1]
 */
export function vocProtocol(year: 'voc2007' | 'voc2012', options: VocOptions = {}): Protocol {
  check('vocProtocol', { year: [year, oneOf('voc2007', 'voc2012')] }, options, vocKinds);
  const { iou, pixels } = withDefaults(vocDefaults, options);
  return checkedProtocol({
    thresholds: [iou],
    areas: [{ name: 'all', min: 0, max: Infinity }],
    maxDets: [Infinity],
    matching: 'best-only',
    recalls: year === 'voc2007' ? 11 : 'every-point',
    pixels,
    precisionBias: 0,
    idZeroUnmatched: false,
    ignoreOverwritten: false,
  });
}

/**
 * Returns the protocol if its numbers are valid.
 * @throws OneirosError `bad-argument` naming the invalid setting
 */
export function checkedProtocol(protocol: Protocol): Protocol {
  const { thresholds, areas, maxDets, recalls, precisionBias } = protocol;
  checkThresholds(thresholds);
  const isLimit = (limit: number) => Number.isInteger(limit) || limit === Infinity;
  if (maxDets.length === 0 || !maxDets.every((limit, i) => isLimit(limit) && limit > (maxDets[i - 1] ?? 0)))
    throw new OneirosError(
      'bad-argument',
      `maxDets must be whole numbers ≥ 1 in ascending order, not ${maxDets.join(', ')}`,
    );
  const odd = areas.find(({ min, max }) => !(min >= 0 && max >= min));
  if (areas.length === 0 || odd)
    throw new OneirosError(
      'bad-argument',
      `areas must be ranges with 0 ≤ min ≤ max, ${odd ? `not ${odd.min} to ${odd.max}` : 'at least one'}`,
    );
  if (recalls !== 'every-point' && !(Number.isInteger(recalls) && recalls >= 2))
    throw new OneirosError(
      'bad-argument',
      `recalls must be "every-point" or a whole number ≥ 2, not ${recalls}`,
    );
  if (!(precisionBias >= 0 && precisionBias < 1))
    throw new OneirosError('bad-argument', `precisionBias must be in [0, 1), not ${precisionBias}`);
  return protocol;
}

function checkThresholds(thresholds: readonly number[]): void {
  if (thresholds.length > 0 && thresholds.every((value) => value >= 0 && value <= 1)) return;
  throw new OneirosError(
    'bad-argument',
    `IoU thresholds must be numbers from 0 to 1, not ${thresholds.join(', ')}`,
  );
}
