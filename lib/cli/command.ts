import type { Command } from 'commander';

import type { Terminal } from './terminal.js';

/** Adds a command to the program: one file each, nothing but parsing, printing and progress. */
export type Register = (program: Command, terminal: Terminal) => void;
