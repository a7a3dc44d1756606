import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';
import { checkRange, type Schedule, type UpdateRule, updateRule } from './update-rule.js';

export interface SgdOptions {
  /** The step size. @default 1e-3 */
  readonly learningRate: Schedule;
  /** The fraction of the last step that is added to this one, in [0, 1). @default 0 */
  readonly momentum: number;
  /** Whether to use Nesterov momentum (Sutskever et al., 2013). @default false */
  readonly nesterov: boolean;
  /** Factor of the parameters that is added to the gradient, ≥ 0. @default 0 */
  readonly weightDecay: number;
}

const sgdDefaults: SgdOptions = { learningRate: 1e-3, momentum: 0, nesterov: false, weightDecay: 0 };

/**
 * Gradient descent with momentum in PyTorch's form: the velocity accumulates gradients, and the learning rate
 * multiplies the velocity.
 * @throws OneirosError `bad-argument` for options out of range
 */
export function sgd(options: Partial<SgdOptions> = {}): UpdateRule {
  check('sgd', {}, options, {
    learningRate: kind.schedule,
    momentum: kind.number,
    nesterov: kind.flag,
    weightDecay: kind.number,
  });
  const { learningRate, momentum, nesterov, weightDecay } = withDefaults(sgdDefaults, options);
  checkRange('momentum', momentum, 0, 1, true);
  checkRange('weightDecay', weightDecay, 0, Infinity);
  return updateRule(learningRate, ['velocity'], ({ velocity }) => (x, gradient, rate) => {
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      const v = (velocity[i] = momentum * velocity[i]! + g);
      x[i]! -= rate * (nesterov ? g + momentum * v : v);
    }
  });
}
