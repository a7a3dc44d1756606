#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';

import { messageOf, originalOf } from '../base/errors.js';
import { commands } from './commands/index.js';
import { addCommands } from './commands/lazy-commands.js';
import type { Interruption } from './terminal/interruption.js';
import { createTerminal, exitCode, type Terminal } from './terminal/terminal.js';

/** How a command ended. */
interface Ending {
  /** 0; 1 if it failed; 2 for bad usage; 128 plus the number of the signal that stopped it. */
  readonly code: number;
  readonly interruption: Interruption | null;
}

/** Runs one command line. */
async function main(args: readonly string[]): Promise<Ending> {
  const terminal = createTerminal();
  const code = await run(args, terminal);
  await terminal.close();
  const { interruption } = terminal;
  if (interruption === null) return { code, interruption };
  if (!interruption.isQuiet) terminal.error(interruption.message);
  return { code: interruption.exitCode, interruption };
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('oneiros')
    .description('See what vision networks see: classify, detect, segment, dream, stylize, differentiate.')
    .exitOverride()
    .showHelpAfterError('(oneiros --help lists the commands, oneiros <command> --help its options)')
    .version(version())
    .hook('preAction', async (_, command) => {
      const { checkFiles } = await import('./flags/checked-files.js');
      await checkFiles(command);
    });
  addCommands(program, commands, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return terminal.failures > 0 ? exitCode.failed : exitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    // `main` reports an interruption, once.
    if (originalOf(error) !== terminal.interruption) terminal.error(messageOf(error));
    return exitCode.failed;
  }
}

/** The version of the package. Its package.json is two folders above this file, in lib/ as in dist/. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '?';
}

const { code, interruption } = await main(process.argv.slice(2));
process.exitCode = code;
// A shell's loop ends at Ctrl-C only if the signal itself killed the program.
if (interruption?.signal === 'SIGINT' && process.stdin.isTTY) process.kill(process.pid, 'SIGINT');
