import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { flag, resolveOptions, withDefaults } from '../../base/options.js';

/** A range of object areas in pixels, both ends included. */
export interface AreaRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/**
 * The rules by which detections are held against the truth. {@link cocoProtocol} and {@link vocProtocol} make those of
 * the named benchmarks; any other mixture can be evaluated just as well.
 */
export interface Protocol {
  /** IoU from which on a detection is right; each is evaluated by itself. */
  readonly thresholds: readonly number[];
  readonly areas: readonly AreaRange[];
  /** How many detections of a category count in an image, the best ones; each is evaluated by itself. Ascending. */
  readonly maxDets: readonly number[];
  /**
   * What a detection is matched with: `best-free`, the best object that no better detection has taken (COCO), or
   * `best-only`, the best object, so that a second detection of it is wrong (Pascal).
   */
  readonly matching: 'best-free' | 'best-only';
  /** Area under the curve: precision averaged at so many recalls from 0 to 1, or its exact integral. */
  readonly recalls: number | 'every-point';
  /** `inclusive`: boxes are whole pixels, both ends included, so that a box is one pixel wider than its difference. */
  readonly pixels: 'continuous' | 'inclusive';
  /** Added to the number of detections when precision is worked out: MATLAB's eps in COCO's tools, otherwise 0. */
  readonly precisionBias: number;
  /** An object whose annotation has the id 0 can be taken, but nothing that takes it is right. */
  readonly idZeroUnmatched: boolean;
  /** Objects marked `ignore` are ordinary objects unless they are crowds. */
  readonly ignoreOverwritten: boolean;
}

/** What pycocotools does and its documentation does not say; all on, so that the figures are its own. */
export const cocoQuirks = {
  idZeroUnmatched: flag(true, 'whatever is matched with the annotation of id 0 counts as wrong'),
  ignoreOverwritten: flag(true, 'the field "ignore" of annotations is overwritten by "iscrowd"'),
  headlineAt100: flag(
    true,
    'AP is read at 100 detections an image whatever maxDets says, and is −1 if that is not in it',
  ),
};

/** What `cocoQuirks` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface CocoQuirks {
  /**
   * Whatever is matched with the annotation of id 0 counts as wrong.
   * @default true
   */
  readonly idZeroUnmatched?: boolean | undefined;
  /**
   * The field "ignore" of annotations is overwritten by "iscrowd".
   * @default true
   */
  readonly ignoreOverwritten?: boolean | undefined;
  /**
   * AP is read at 100 detections an image whatever maxDets says, and is −1 if that is not in it.
   * @default true
   */
  readonly headlineAt100?: boolean | undefined;
}

export interface CocoOptions extends CocoQuirks {
  /** IoU thresholds; .5 to .95 in steps of .05 if none are given. */
  readonly thresholds?: readonly number[];
  /** The detections an image for AR1, AR10 and AR100, ascending. */
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
 * COCO's rules, as pycocotools 2.0 has them.
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
  /** IoU from which on a detection is right. */
  readonly iou?: number;
  readonly pixels?: Protocol['pixels'];
}

const vocKinds: OptionKinds<VocOptions> = { iou: kind.number, pixels: oneOf('continuous', 'inclusive') };

export const vocDefaults = { iou: 0.5, pixels: 'inclusive' } as const satisfies Required<VocOptions>;

/**
 * Pascal VOC's rules: precision at 11 recalls until 2009 (`voc2007`), the exact area since (`voc2012`). Objects marked
 * difficult (or as crowds) are neither right nor wrong to find.
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
 * A protocol whose numbers make sense.
 * @throws OneirosError `bad-argument` naming what does not
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
      `areas must be ranges from 0 on${odd ? `, not from ${odd.min} to ${odd.max}` : ': there are none'}`,
    );
  if (recalls !== 'every-point' && !(Number.isInteger(recalls) && recalls >= 2))
    throw new OneirosError(
      'bad-argument',
      `recalls must be "every-point" or a whole number ≥ 2, not ${recalls}`,
    );
  if (!(precisionBias >= 0 && precisionBias < 1))
    throw new OneirosError('bad-argument', `precisionBias must be from 0 to 1, not ${precisionBias}`);
  return protocol;
}

function checkThresholds(thresholds: readonly number[]): void {
  if (thresholds.length > 0 && thresholds.every((value) => value >= 0 && value <= 1)) return;
  throw new OneirosError(
    'bad-argument',
    `IoU thresholds are numbers from 0 to 1, not ${thresholds.join(', ')}`,
  );
}
