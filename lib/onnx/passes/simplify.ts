import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { Budget } from '../graph/budget.js';
import type { Model } from '../graph/graph.js';
import { eliminateCommonSubexpressions } from './common-subexpressions.js';
import { eliminateDeadCode } from './dead-code.js';
import { foldConstants } from './fold-constants.js';
import { eliminateIdentity } from './identity.js';
import { inlineIfs } from './inline-ifs.js';

/** Two or three rounds are usual; passes only remove things, so this is only a safeguard. */
const mostRounds = 20;

/**
 * Folds constants, inlines the branches of conditions that are known, and removes dead code, identities and common
 * subexpressions until nothing changes. For models as `normalizeOpset` writes them; names of inputs and
 * outputs stay.
 * @throws OneirosError `bad-input` if shapes contradict each other, `too-large` if the work exceeds the model's budget
 */
export function simplifyModel(model: Model): Model {
  check('simplifyModel', { model: [model, kind.model] });
  return simplifyWithin(Budget.for(model), model);
}

/** The same within the budget of a larger task. */
export function simplifyWithin(budget: Budget, model: Model): Model {
  let current = model;
  for (let round = 0; round < mostRounds; round++) {
    const before = current;
    current = inlineIfs(foldConstants(eliminateDeadCode(current), budget), budget);
    current = eliminateIdentity(current, budget);
    current = eliminateCommonSubexpressions(current);
    if (current === before) break;
  }
  return current;
}
