import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';

/**
 * The area under the falling envelope of a precision–recall curve, in [0, 1]. The envelope at a recall is the best
 * precision at that recall or above.
 * @param precisions the precision at each find; overwritten by the envelope
 * @param positives the number of objects to find
 * @param recalls at how many recalls from 0 to 1 to average, or `every-point` for the exact integral
 * @throws OneirosError `bad-argument` for precisions that are not in [0, 1], or `positives` below the number of finds
 */
export function averagePrecision(
  precisions: Float64Array,
  positives: number,
  recalls: number | 'every-point',
): number {
  check('averagePrecision', {
    precisions: [precisions, kind.numbers],
    positives: [positives, kind.number],
    recalls: [recalls, kind.recalls],
  });
  const odd = precisions.find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined)
    throw new OneirosError('bad-argument', `a precision must be a number from 0 to 1, not ${odd}`);
  if (!(Number.isInteger(positives) && positives >= Math.max(1, precisions.length)))
    throw new OneirosError(
      'bad-argument',
      `positives must be a whole number ≥ ${Math.max(1, precisions.length)} (the finds, or 1), not ${positives}`,
    );
  for (let i = precisions.length - 2; i >= 0; i--)
    if (precisions[i + 1]! > precisions[i]!) precisions[i] = precisions[i + 1]!;
  let sum = 0;
  if (recalls === 'every-point') {
    for (const precision of precisions) sum += precision;
    return sum / positives;
  }
  let found = 0;
  for (let i = 0; i < recalls && precisions.length > 0; i++) {
    const recall = i * (1 / (recalls - 1));
    while (found < precisions.length && (found + 1) / positives < recall) found++;
    if (found === precisions.length) break; // the precision is 0 at recalls that are not reached
    sum += precisions[found]!;
  }
  return sum / recalls;
}
