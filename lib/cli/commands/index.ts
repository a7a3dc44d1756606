import type { Register } from '../terminal/terminal.js';
import { registerClassify } from './classify.js';
import { registerDetect } from './detect.js';
import { registerDream } from './dream.js';
import { registerEvaluate } from './evaluate.js';
import { registerExplain } from './explain.js';
import { registerGrad } from './grad.js';
import { registerInspect } from './inspect.js';
import { registerLocalize } from './localize.js';
import { registerModels } from './models.js';
import { registerSegment } from './segment.js';
import { registerStyle } from './style.js';
import { registerTrain } from './train.js';

/** Every command, in the order in which the help lists them. */
export const commands: readonly Register[] = [
  registerClassify,
  registerDetect,
  registerLocalize,
  registerExplain,
  registerDream,
  registerStyle,
  registerEvaluate,
  registerInspect,
  registerGrad,
  registerSegment,
  registerTrain,
  registerModels,
];
