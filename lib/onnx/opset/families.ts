import { activation } from './activation.js';
import { attention } from './attention.js';
import { control } from './control.js';
import { convolution } from './convolution.js';
import { creation } from './creation.js';
import { detection } from './detection.js';
import { elementwise } from './elementwise.js';
import { experimental } from './experimental.js';
import { indexing } from './indexing.js';
import { layout } from './layout.js';
import { linear } from './linear.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { quantization } from './quantization.js';
import { recurrence } from './recurrence.js';
import { reduction } from './reduction.js';
import { reshaping } from './reshaping.js';
import { resizing } from './resizing.js';
import type { Rules } from './rule.js';
import { sampling } from './sampling.js';
import { signal } from './signal.js';
import { slicing } from './slicing.js';

/** How operators of other operator sets are expressed in set 17, by family. Each folder of rules has the same families. */
export const families: Readonly<Record<string, Rules>> = {
  activation,
  attention,
  control,
  convolution,
  creation,
  detection,
  elementwise,
  experimental,
  indexing,
  layout,
  linear,
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
