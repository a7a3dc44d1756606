import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { checkRange, type Schedule, type UpdateRule, updateRule } from './update-rule.js';

export interface RmspropOptions {
  /** The step size. @default 1e-2 */
  readonly learningRate: Schedule;
  /** Decay of the running mean of the squared gradient, in [0, 1). @default 0.99 */
  readonly alpha: number;
  /** Added to the root of that mean. @default 1e-8 */
  readonly epsilon: number;
  /** The fraction of the last step that is added to this one. @default 0 */
  readonly momentum: number;
  /** Factor of the parameters that is added to the gradient, ≥ 0. @default 0 */
  readonly weightDecay: number;
}

const rmspropDefaults: RmspropOptions = {
  learningRate: 1e-2,
  alpha: 0.99,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
};

/**
 * RMSprop (Hinton's lecture 6e, 2012), with PyTorch's defaults and position of ε.
 * @throws OneirosError `bad-argument` for options out of range
 */
export function rmsprop(options: Partial<RmspropOptions> = {}): UpdateRule {
  check('rmsprop', {}, options, {
    learningRate: kind.schedule,
    alpha: kind.number,
    epsilon: kind.number,
    momentum: kind.number,
    weightDecay: kind.number,
  });
  const { learningRate, alpha, epsilon, momentum, weightDecay } = withDefaults(rmspropDefaults, options);
  checkRange('alpha', alpha, 0, 1, true);
  checkRange('momentum', momentum, 0, 1, true);
  checkRange('epsilon', epsilon, 0, Infinity);
  checkRange('weightDecay', weightDecay, 0, Infinity);
  return updateRule(
    learningRate,
    ['squareMean', 'velocity'],
    ({ squareMean, velocity }) =>
      (x, gradient, rate) => {
        for (let i = 0; i < x.length; i++) {
          const g = gradient[i]! + weightDecay * x[i]!;
          const v = (squareMean[i] = alpha * squareMean[i]! + (1 - alpha) * g * g);
          const step = (velocity[i] = momentum * velocity[i]! + g / (Math.sqrt(v) + epsilon));
          x[i]! -= rate * step;
        }
      },
  );
}
