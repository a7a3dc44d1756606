import type { Inferences } from '../facts/facts.js';
import { activation } from './activation.js';
import { attention } from './attention.js';
import { contrib } from './contrib.js';
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
import { quantization } from './quantization.js';
import { recurrence } from './recurrence.js';
import { reduction } from './reduction.js';
import { reshaping } from './reshaping.js';
import { resizing } from './resizing.js';
import { sampling } from './sampling.js';
import { signal } from './signal.js';
import { slicing } from './slicing.js';

/** The shape rules, by family of operators. Each folder of rules has the same families. */
export const families: Readonly<Record<string, Inferences>> = {
  activation,
  attention,
  contrib,
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
  quantization,
  recurrence,
  reduction,
  reshaping,
  resizing,
  sampling,
  signal,
  slicing,
};
