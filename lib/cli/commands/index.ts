import type { Register } from '../command.js';
import { registerDream } from './dream.js';
import { registerEvaluate } from './evaluate.js';
import { registerStyle } from './style.js';

/** Every command, in the order in which the help lists them. */
export const commands: readonly Register[] = [registerDream, registerStyle, registerEvaluate];
