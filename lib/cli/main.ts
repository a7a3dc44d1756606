#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { messageOf } from '../errors.js';
import { commands } from './commands/index.js';
import { createTerminal, exitCode } from './terminal.js';

/** Runs one command line; resolves to the exit code: 0, 1 where it failed, 2 for bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = createTerminal();
  const program = new Command('oneiros')
    .description('See what vision networks see: classify, detect, segment, dream, stylise, differentiate.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(oneiros --help lists the commands, oneiros <command> --help its options)');
  for (const register of commands) register(program, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return terminal.failures > 0 ? exitCode.failed : exitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    terminal.complain(messageOf(error));
    return exitCode.failed;
  } finally {
    terminal.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
