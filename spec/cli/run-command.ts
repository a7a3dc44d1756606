import { Command } from 'commander';

import { checkFiles } from '../../lib/cli/flags/checked-files.js';
import type { Register, Terminal } from '../../lib/cli/terminal/terminal.js';

/** What a command printed. */
export interface Printed {
  readonly results: readonly object[];
  /** The same as text, without `--json`. */
  readonly text: readonly string[];
  /** All lines on standard error. */
  readonly said: readonly string[];
  /** The lines of `said` that make the exit code 1. */
  readonly failed: readonly string[];
}

/** Runs one command, named by the first argument, in this process. Rejects with the command's error; usage errors are commander's. */
export async function runCommand(
  register: Register,
  args: readonly string[],
  onProgress: (done: number, controller: AbortController) => void = () => undefined,
): Promise<Printed> {
  const results: object[] = [];
  const text: string[] = [];
  const said: string[] = [];
  const failed: string[] = [];
  const controller = new AbortController();
  const terminal: Terminal = {
    result: (value, lines) => {
      results.push(value);
      text.push(...[lines].flat());
    },
    say: (text) => said.push(text),
    error: (text) => said.push(text),
    fail: (text) => {
      said.push(text);
      failed.push(text);
    },
    get failures() {
      return failed.length;
    },
    progress: () => ({ update: (done) => onProgress(done, controller), stop: () => undefined }),
    signal: controller.signal,
    interruption: null,
    close: () => Promise.resolve(),
  };
  const silent = { writeOut: () => undefined, writeErr: (text: string) => said.push(text) };
  const program = new Command('oneiros').exitOverride().configureOutput(silent);
  program.hook('preAction', (_, command) => checkFiles(command));
  register(program.command(args[0] ?? ''), terminal);
  await program.parseAsync(args, { from: 'user' });
  return { results, text, said, failed };
}
