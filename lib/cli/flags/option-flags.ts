import { type Command, InvalidArgumentError, Option as Flag } from 'commander';

import { expectedOf, type Option, type OptionTable } from '../../base/option-table.js';

/** Adds a flag for each option of a table, with its default and its text. */
export function addFlags(command: Command, table: OptionTable): Command {
  for (const [name, option] of Object.entries(table)) command.addOption(flagOf(name, option));
  return command;
}

function flagOf(name: string, option: Option): Flag {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (option.kind === 'flag')
    return option.default
      ? new Flag(`--no-${words}`, `not: ${option.about}`)
      : new Flag(`--${words}`, option.about);
  const flag = new Flag(`--${words} <${option.kind === 'number' ? 'n' : 'word'}>`, option.about).default(
    option.default,
  );
  return option.kind === 'choice'
    ? flag.choices(option.choices)
    : flag.argParser((text) => parseNumber(text, option));
}

/** A number within an option's range: for flags that are not in a table. */
export function parseNumber(text: string, option: Option): number {
  const value = text.trim() === '' ? NaN : Number(text);
  const expected = expectedOf(option, value);
  if (expected !== null) throw new InvalidArgumentError(`It must be ${expected}.`);
  return value;
}
