import type { Command } from 'commander';

import { own } from '../../base/own.js';
import type { Register, Terminal } from '../terminal/terminal.js';

/** A command whose code is loaded when it is used: help that lists it needs only its summary. */
export interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<Register>;
}

/** Commands by name, in the order in which the help lists them. */
export type CommandTable = Readonly<Record<string, LazyCommand>>;

/** Adds commands to a program or to a command that groups them. */
export function addCommands(parent: Command, table: CommandTable, terminal: Terminal): void {
  for (const [name, { summary }] of Object.entries(table)) parent.command(name).summary(summary);
  const load = async (command: Command) => {
    const register = await own(table, command.name())?.load();
    register?.(command, terminal);
  };
  // Commander calls this after it has found the command, and before it reads the command's flags.
  parent.hook('preSubcommand', (_, command) => load(command));
  // Commander's own `help` prints the help of a command without this call.
  parent
    .helpCommand(false)
    .command('help')
    .argument('[command]')
    .summary('display help for command')
    .action(async (name?: string) => {
      if (name === undefined) parent.help();
      const command = parent.commands.find((known) => known.name() === name);
      if (command === undefined) return parent.error(`error: unknown command '${name}'`);
      await load(command);
      command.help();
    });
}
