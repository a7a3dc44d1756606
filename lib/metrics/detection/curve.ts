import { check, type OptionKinds, required } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { averagePrecision } from './average-precision.js';
import { type Id, idText } from './ids.js';
import { judge, outcome } from './outcomes.js';
import type { Protocol } from './protocol.js';
import type { Detections, Truth } from './tables.js';

export interface CurveOptions {
  /** The id of the category. */
  readonly category: Id;
  /** One of the protocol's thresholds. @default the first */
  readonly threshold?: number;
  /** The name of one of the protocol's area ranges. @default the first */
  readonly area?: string;
}

const curveKinds: OptionKinds<CurveOptions> = {
  category: required(kind.id),
  threshold: kind.number,
  area: kind.text,
};

/** The curve of one category at one threshold: one point for each detection that counts, best first. */
export interface PrecisionRecallCurve {
  readonly category: string;
  readonly threshold: number;
  /** The number of objects to find. */
  readonly positives: number;
  readonly score: Float64Array;
  readonly recall: Float64Array;
  readonly precision: Float64Array;
  /** Average precision by the protocol, in [0, 1]; −1 if there is nothing to find. */
  readonly ap: number;
}

/**
 * The precision–recall curve of one category, with the largest of the protocol's `maxDets`. The precision is the
 * measured one; {@link averagePrecision} uses its falling envelope.
 * @throws OneirosError `bad-argument` for an unknown category, or a threshold or area that the protocol does not have
 */
export function precisionRecall(
  truth: Truth,
  detections: Detections,
  protocol: Protocol,
  options: CurveOptions,
): PrecisionRecallCurve {
  check(
    'precisionRecall',
    {
      truth: [truth, kind.truth],
      detections: [detections, kind.detections],
      protocol: [protocol, kind.protocol],
    },
    options,
    curveKinds,
  );
  const { thresholds, areas, maxDets } = protocol;
  const category = truth.categories.findIndex(({ id }) => id === options.category);
  const t = options.threshold === undefined ? 0 : thresholds.indexOf(options.threshold);
  const a = options.area === undefined ? 0 : areas.findIndex(({ name }) => name === options.area);
  if (category < 0)
    throw new OneirosError('bad-argument', `the truth has no category ${idText(options.category)}`);
  if (t < 0)
    throw new OneirosError(
      'bad-argument',
      `threshold ${options.threshold} is not one of ${thresholds.join(', ')}`,
    );
  if (a < 0)
    throw new OneirosError(
      'bad-argument',
      `area "${options.area}" is not one of ${areas.map(({ name }) => name).join(', ')}`,
    );
  for (const { count, scores, place, positives, outcomes } of judge(truth, detections, protocol, category)) {
    const offset = (a * thresholds.length + t) * count;
    const counted = Array.from(scores.keys()).filter(
      (i) => place[i]! < maxDets[maxDets.length - 1]! && outcomes[offset + i] !== outcome.ignored,
    );
    const isRight = Uint8Array.from(counted, (i) => (outcomes[offset + i] === outcome.right ? 1 : 0));
    const right = runningSum(isRight);
    const precision = right.map((hits, i) => hits / (i + 1 + protocol.precisionBias));
    const total = positives[a]!;
    return {
      category: truth.categories[category]!.name,
      threshold: thresholds[t]!,
      positives: total,
      score: Float64Array.from(counted, (i) => scores[i]!),
      recall: right.map((hits) => (total === 0 ? -1 : hits / total)),
      precision,
      ap:
        total === 0
          ? -1
          : averagePrecision(
              precision.filter((_, i) => isRight[i] === 1),
              total,
              protocol.recalls,
            ),
    };
  }
  throw new OneirosError('runtime', 'the category was not judged');
}

function runningSum(values: Uint8Array): Float64Array {
  let sum = 0;
  return Float64Array.from(values, (value) => (sum += value));
}
