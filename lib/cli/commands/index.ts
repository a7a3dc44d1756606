import type { Register } from '../command.js';

/** Every command, in the order in which the help lists them. */
export const commands: readonly Register[] = [];
