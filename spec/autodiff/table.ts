import { activation } from './cases/activation.js';
import { arithmetic } from './cases/arithmetic.js';
import { attention } from './cases/attention.js';
import { contrib } from './cases/contrib.js';
import { control } from './cases/control.js';
import { convolution } from './cases/convolution.js';
import { detection } from './cases/detection.js';
import { indexing } from './cases/indexing.js';
import { jumps } from './cases/jumps.js';
import { layout } from './cases/layout.js';
import { linear } from './cases/linear.js';
import { normalization } from './cases/normalization.js';
import { pooling } from './cases/pooling.js';
import { quantization } from './cases/quantization.js';
import { recurrence } from './cases/recurrence.js';
import { reduction } from './cases/reduction.js';
import { resizing } from './cases/resizing.js';
import { signal } from './cases/signal.js';
import { slicing } from './cases/slicing.js';
import type { Row } from './row.js';

/** Every row that is checked: an operator with shapes and attributes, by family. */
export const families = {
  arithmetic,
  activation,
  reduction,
  linear,
  signal,
  attention,
  convolution,
  pooling,
  normalization,
  layout,
  slicing,
  indexing,
  resizing,
  detection,
  jumps,
  control,
  contrib,
  quantization,
  recurrence,
} as const;

export const table: readonly Row[] = Object.values(families).flat();
