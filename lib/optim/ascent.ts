import { check } from '../base/check-arguments.js';
import { kind, oneOf } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { type Schedule, type UpdateRule, updateRule } from './update-rule.js';
import { sumAbs } from './vector.js';

/**
 * By what a gradient is divided, so that the size of a step does not depend on the network: the mean of its absolute
 * values (as in the DeepDream notebook), its standard deviation, root mean square, Euclidean length, or nothing.
 */
export type Normalization = 'mean-abs' | 'std' | 'rms' | 'l2' | 'none';

// Prevents a division by zero for a vanishing gradient; DeepDream implementations use 1e-8.
const epsilon = 1e-8;

/** The factor that normalizes a gradient. It is finite for a gradient of zeros too. */
export function gradientScale(gradient: Float32Array, normalization: Normalization): number {
  check('gradientScale', {
    gradient: [gradient, kind.floats],
    normalization: [normalization, oneOf('mean-abs', 'std', 'rms', 'l2', 'none')],
  });
  return normalization === 'none' ? 1 : 1 / (spread(gradient, normalization) + epsilon);
}

function spread(gradient: Float32Array, measure: Exclude<Normalization, 'none'>): number {
  const n = gradient.length;
  switch (measure) {
    case 'mean-abs':
      return sumAbs(gradient) / n;
    case 'rms':
      return Math.sqrt(sumSquares(gradient, 0) / n);
    case 'l2':
      return Math.sqrt(sumSquares(gradient, 0));
    case 'std':
      return Math.sqrt(sumSquares(gradient, sum(gradient) / n) / n);
  }
}

function sum(x: Float32Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]!;
  return total;
}

/** Σ (xᵢ − center)² */
function sumSquares(x: Float32Array, center: number): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = x[i]! - center;
    total += difference * difference;
  }
  return total;
}

export interface AscentOptions {
  /**
   * The length of a step in units of the normalized gradient.
   * @default 1.5 / 255, the DeepDream notebook's for [0, 1] pixels
   */
  readonly stepSize: Schedule;
  readonly normalization: Normalization;
}

const ascentDefaults: AscentOptions = { stepSize: 1.5 / 255, normalization: 'mean-abs' };

/**
 * Normalized gradient ascent: the only rule here that raises its objective. Its only state is the number of updates.
 */
export function ascent(options: Partial<AscentOptions> = {}): UpdateRule {
  check('ascent', {}, options, {
    stepSize: kind.schedule,
    normalization: oneOf('mean-abs', 'std', 'rms', 'l2', 'none'),
  });
  const { stepSize, normalization } = withDefaults(ascentDefaults, options);
  return updateRule(stepSize, [], () => (x, gradient, rate) => {
    const factor = rate * gradientScale(gradient, normalization);
    for (let i = 0; i < x.length; i++) x[i]! += factor * gradient[i]!;
  });
}
