import { creation } from './creation.js';
import type { Evaluations } from './element.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { layout } from './layout.js';
import { reduction } from './reduction.js';
import { reshaping } from './reshaping.js';
import { slicing } from './slicing.js';

/** How operators are evaluated on constants, by family. Each folder of rules has the same families. */
export const families: Readonly<Record<string, Evaluations>> = {
  creation,
  elementwise,
  indexing,
  layout,
  reduction,
  reshaping,
  slicing,
};
