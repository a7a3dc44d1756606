import type { RuleTable } from './rule.js';
import { activation } from './activation.js';
import { arithmetic } from './arithmetic.js';
import { control } from './control.js';
import { convolution } from './convolution.js';
import { detection } from './detection.js';
import { einsum } from './einsum.js';
import { gridSample } from './grid-sample.js';
import { indexing } from './indexing.js';
import { layout } from './layout.js';
import { loss } from './loss.js';
import { matmul } from './matmul.js';
import { normalization } from './normalization.js';
import { pooling } from './pooling.js';
import { rearrangement } from './rearrangement.js';
import { reduction } from './reduction.js';
import { resize } from './resize.js';
import { slicing } from './slicing.js';

/** Every operator that can be differentiated (operator set 17), with how. */
export const rules: RuleTable = {
  ...arithmetic,
  ...activation,
  ...convolution,
  ...pooling,
  ...normalization,
  ...matmul,
  ...reduction,
  ...layout,
  ...rearrangement,
  ...slicing,
  ...indexing,
  ...resize,
  ...einsum,
  ...detection,
  ...gridSample,
  ...loss,
  ...control,
};
