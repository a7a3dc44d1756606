import { contrib } from './contrib.js';
import { dynamicQuantization } from './dynamic-quantization.js';
import type { Expand, Expansions } from './expansion.js';
import { fusedAttention } from './fused-attention.js';
import { fusedLinear } from './fused-linear.js';
import { fusedNormalization } from './fused-normalization.js';
import { quantization } from './quantization.js';
import { quantizedOperators } from './quantized-operators.js';
import { recurrence } from './recurrence.js';
import { signal } from './signal.js';

/** The expansions, by family of operators. */
const families: Readonly<Record<string, Expansions>> = {
  contrib,
  dynamicQuantization,
  fusedAttention,
  fusedLinear,
  fusedNormalization,
  quantization,
  quantizedOperators,
  recurrence,
  signal,
};

/** Every operator that is expanded, with how. */
export const expansions: ReadonlyMap<string, Expand> = new Map(
  Object.values(families).flatMap(Object.entries),
);
