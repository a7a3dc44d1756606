import { activation } from './activation.js';
import { control } from './control.js';
import { convolution } from './convolution.js';
import { creation } from './creation.js';
import { detection } from './detection.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { layout } from './layout.js';
import { linear } from './linear.js';
import { losses } from './losses.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { reduction } from './reduction.js';
import { reshaping } from './reshaping.js';
import { resizing } from './resizing.js';
import type { RuleTable } from './rule.js';
import { sampling } from './sampling.js';
import { signal } from './signal.js';
import { slicing } from './slicing.js';

/** The gradient rules, by family of operators. Each folder of rules has the same families. */
export const families: Readonly<Record<string, RuleTable>> = {
  activation,
  control,
  convolution,
  creation,
  detection,
  elementwise,
  indexing,
  layout,
  linear,
  losses,
  normalization,
  pooling,
  reduction,
  reshaping,
  resizing,
  sampling,
  signal,
  slicing,
};

/** Every operator that can be differentiated (operator set 17), with its rule. */
export const rules: RuleTable = Object.fromEntries(
  Object.values(families).flatMap((table) => Object.entries(table)),
);
