import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { meanDefined } from '../confusion-matrix.js';
import { cell, type Evaluation } from './evaluate.js';
import { cocoKinds, type CocoOptions, cocoQuirks } from './protocol.js';
import type { CategoryEntry } from './tables.js';

/** COCO's twelve figures, named as in its tables, each in [0, 1]; −1 where undefined. */
export interface CocoFigures {
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
  readonly APs: number;
  readonly APm: number;
  readonly APl: number;
  readonly AR1: number;
  readonly AR10: number;
  readonly AR100: number;
  readonly ARs: number;
  readonly ARm: number;
  readonly ARl: number;
}

/** The options of the protocol, of which only `headlineAt100` is used here, and a category. */
export interface CocoFigureOptions extends CocoOptions {
  /** The index of one category. @default the mean over all categories */
  readonly category?: number;
}

const cocoFigureKinds: OptionKinds<CocoFigureOptions> = { ...cocoKinds, category: kind.number };

/** The reason for each undefined figure, by the figure's name; defined figures are not listed. */
export type UndefinedFigures = Readonly<Record<string, string>>;

/** The values whose mean is a figure. */
interface CocoMean {
  readonly of: 'ap' | 'recall';
  readonly area: 'all' | 'small' | 'medium' | 'large';
  /** Which of the protocol's `maxDets`. */
  readonly limit: 0 | 1 | 2 | 'headline';
  /** @default all thresholds */
  readonly iou?: number;
}

const cocoMeans: Readonly<Record<keyof CocoFigures, CocoMean>> = {
  AP: { of: 'ap', area: 'all', limit: 'headline' },
  AP50: { of: 'ap', area: 'all', limit: 2, iou: 0.5 },
  AP75: { of: 'ap', area: 'all', limit: 2, iou: 0.75 },
  APs: { of: 'ap', area: 'small', limit: 2 },
  APm: { of: 'ap', area: 'medium', limit: 2 },
  APl: { of: 'ap', area: 'large', limit: 2 },
  AR1: { of: 'recall', area: 'all', limit: 0 },
  AR10: { of: 'recall', area: 'all', limit: 1 },
  AR100: { of: 'recall', area: 'all', limit: 2 },
  ARs: { of: 'recall', area: 'small', limit: 2 },
  ARm: { of: 'recall', area: 'medium', limit: 2 },
  ARl: { of: 'recall', area: 'large', limit: 2 },
};

/** The twelve figures of an evaluation by {@link cocoProtocol}. With other `maxDets`, AR1, AR10 and AR100 use those. */
export function cocoFigures(evaluation: Evaluation, options: CocoFigureOptions = {}): CocoFigures {
  check('cocoFigures', { evaluation: [evaluation, kind.evaluation] }, options, cocoFigureKinds);
  const mean = (name: keyof CocoFigures) => cocoMean(evaluation, cocoMeans[name], options);
  return {
    AP: mean('AP'),
    AP50: mean('AP50'),
    AP75: mean('AP75'),
    APs: mean('APs'),
    APm: mean('APm'),
    APl: mean('APl'),
    AR1: mean('AR1'),
    AR10: mean('AR10'),
    AR100: mean('AR100'),
    ARs: mean('ARs'),
    ARm: mean('ARm'),
    ARl: mean('ARl'),
  };
}

/** Why some of {@link cocoFigures} are −1. */
export function undefinedCocoFigures(
  evaluation: Evaluation,
  options: CocoFigureOptions = {},
): UndefinedFigures {
  check('undefinedCocoFigures', { evaluation: [evaluation, kind.evaluation] }, options, cocoFigureKinds);
  const { thresholds, maxDets } = evaluation.protocol;
  const reasons = Object.entries(cocoMeans).flatMap(([name, mean]): [string, string][] => {
    if (cocoMean(evaluation, mean, options) !== -1) return [];
    if (mean.limit === 'headline' && limitOf(evaluation, mean, options) < 0)
      return [[name, `it needs 100 detections per image, but maxDets is ${maxDets.join(', ')}`]];
    if (mean.iou !== undefined && !thresholds.includes(mean.iou))
      return [[name, `${mean.iou} is not one of the IoU thresholds ${thresholds.join(', ')}`]];
    return [[name, `the truth has no ${mean.area === 'all' ? '' : `${mean.area} `}object to find`]];
  });
  return Object.fromEntries(reasons);
}

function cocoMean(evaluation: Evaluation, mean: CocoMean, options: CocoFigureOptions): number {
  const { thresholds, areas } = evaluation.protocol;
  const limit = limitOf(evaluation, mean, options);
  if (limit < 0) return -1;
  const area = areas.findIndex(({ name }) => name === mean.area);
  const every = ({ length }: { readonly length: number }) => Array.from({ length }, (_, i) => i);
  const kinds = options.category === undefined ? every(evaluation.categories) : [options.category];
  const wanted = every(thresholds).filter((t) => mean.iou === undefined || thresholds[t] === mean.iou);
  return meanDefined(
    wanted.flatMap((threshold) =>
      kinds.map(
        (category) => evaluation[mean.of][cell(evaluation, { threshold, category, area, maxDets: limit })]!,
      ),
    ),
  );
}

function limitOf(
  { protocol: { maxDets } }: Evaluation,
  { limit }: CocoMean,
  options: CocoFigureOptions,
): number {
  if (limit !== 'headline') return limit;
  return (options.headlineAt100 ?? cocoQuirks.headlineAt100.default) ? maxDets.indexOf(100) : 2;
}

/** Pascal's figures: average precision by class name (−1 for a class without objects), and the mean of the others. */
export interface VocFigures {
  readonly mAP: number;
  readonly perClass: Readonly<Record<string, number>>;
}

/** The figures of an evaluation by {@link vocProtocol}. */
export function vocFigures(evaluation: Evaluation): VocFigures {
  check('vocFigures', { evaluation: [evaluation, kind.evaluation] });
  const names = categoryNames(evaluation.categories);
  const perClass = names.map((name, category): [string, number] => [
    name,
    evaluation.ap[cell(evaluation, { threshold: 0, category, area: 0, maxDets: 0 })]!,
  ]);
  return { mAP: meanDefined(perClass.map(([, ap]) => ap)), perClass: Object.fromEntries(perClass) };
}

/** Why some of {@link vocFigures} are −1: `mAP`, or a class by its name. */
export function undefinedVocFigures(figures: VocFigures): UndefinedFigures {
  check('undefinedVocFigures', { figures: [figures, kind.vocFigures] });
  const { mAP, perClass } = figures;
  const classes = Object.entries(perClass).filter(([, ap]) => ap === -1);
  return Object.fromEntries([
    ...classes.map(([name]) => [name, 'the truth has no object of this class to find'] as const),
    ...(mAP === -1 ? [['mAP', 'the truth has no object to find'] as const] : []),
  ]);
}

/** The categories' names; names that occur more than once get their ids appended. */
export function categoryNames(categories: readonly CategoryEntry[]): readonly string[] {
  const times = new Map<string, number>();
  for (const { name } of categories) times.set(name, (times.get(name) ?? 0) + 1);
  return categories.map(({ id, name }) => (times.get(name) === 1 ? name : `${name} (id ${id})`));
}
