import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { checkRange, type Schedule, type UpdateRule, updateRule } from './update-rule.js';

export interface AdamOptions {
  /** The step size, about the distance a parameter moves per update. @default 1e-3 */
  readonly learningRate: Schedule;
  /** Decay of the running mean of the gradient, in [0, 1). @default 0.9 */
  readonly beta1: number;
  /** Decay of the running mean of its square, in [0, 1). @default 0.999 */
  readonly beta2: number;
  /** Added to the root of the bias-corrected second moment, ≥ 0. @default 1e-8 */
  readonly epsilon: number;
  /** Decay of the parameters, ≥ 0. @default 0 */
  readonly weightDecay: number;
  /** Whether the decay acts on the parameters themselves (AdamW) rather than through the gradient. @default false */
  readonly decoupled: boolean;
}

const adamDefaults: AdamOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
};

/**
 * Adam (Kingma & Ba, 2015), with PyTorch's defaults and position of ε; AdamW (Loshchilov & Hutter, 2019) if
 * `decoupled`. It descends: to raise an objective, negate its gradient.
 * @throws OneirosError `bad-argument` for options out of range
 */
export function adam(options: Partial<AdamOptions> = {}): UpdateRule {
  check('adam', {}, options, {
    learningRate: kind.schedule,
    beta1: kind.number,
    beta2: kind.number,
    epsilon: kind.number,
    weightDecay: kind.number,
    decoupled: kind.flag,
  });
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = withDefaults(adamDefaults, options);
  checkRange('beta1', beta1, 0, 1, true);
  checkRange('beta2', beta2, 0, 1, true);
  checkRange('epsilon', epsilon, 0, Infinity);
  checkRange('weightDecay', weightDecay, 0, Infinity);
  return updateRule(
    learningRate,
    ['firstMoment', 'secondMoment'],
    ({ firstMoment, secondMoment }) =>
      (x, gradient, rate, t) => {
        const step = rate / (1 - beta1 ** t);
        const unbias = 1 / Math.sqrt(1 - beta2 ** t);
        const kept = decoupled ? 1 - rate * weightDecay : 1;
        const pull = decoupled ? 0 : weightDecay;
        for (let i = 0; i < x.length; i++) {
          const g = gradient[i]! + pull * x[i]!;
          const m = (firstMoment[i] = beta1 * firstMoment[i]! + (1 - beta1) * g);
          const v = (secondMoment[i] = beta2 * secondMoment[i]! + (1 - beta2) * g * g);
          x[i] = kept * x[i]! - (step * m) / (Math.sqrt(v) * unbias + epsilon);
        }
      },
  );
}
