import { expect } from 'chai';
import { Command, CommanderError } from 'commander';

import { commands } from '../../lib/cli/commands/index.js';
import { addCommands } from '../../lib/cli/commands/lazy-commands.js';
import { createTerminal } from '../../lib/cli/terminal/terminal.js';

describe('commands that are loaded when they are used', () => {
  const terminal = createTerminal();
  after(() => terminal.close());

  /** What a command line prints, and commander's code for its end. */
  async function run(...args: readonly string[]) {
    const printed: string[] = [];
    const print = (text: string) => printed.push(text);
    const program = new Command('oneiros')
      .exitOverride()
      .configureOutput({ writeOut: print, writeErr: print });
    addCommands(program, commands, terminal);
    try {
      await program.parseAsync(args, { from: 'user' });
    } catch (error) {
      if (error instanceof CommanderError) return { text: printed.join(''), code: error.code };
      throw error;
    }
    throw new Error('the command ran');
  }

  it('are all listed by the help, with their summaries', async () => {
    const { text } = await run('--help');
    for (const [name, { summary }] of Object.entries(commands))
      expect(text.replaceAll(/\s+/g, ' ')).to.include(`${name} ${summary}`);
  });

  it('are loaded for their own help, which has two forms', async () => {
    const asked = await run('dream', '--help');
    expect(asked.text).to.match(/Usage: oneiros dream \[options\] <image>/);
    expect(asked.text).to.match(/--octave-scale/);
    expect((await run('help', 'dream')).text).to.equal(asked.text);
    expect((await run('models', 'help', 'pull')).text).to.match(/Usage: oneiros models pull \[options\]/);
    expect((await run('help')).text).to.equal((await run('--help')).text);
  });

  it('each register a description that is not the help of their group', async () => {
    for (const name of Object.keys(commands)) {
      const { text } = await run(name, '--help');
      expect(text).to.match(new RegExp(`^Usage: oneiros ${name} .*\n\n[A-Z]`));
    }
  });

  it('must exist', async () => {
    expect(await run('drem')).to.deep.include({ code: 'commander.unknownCommand' });
    expect((await run('drem')).text).to.match(/Did you mean dream\?/);
    expect((await run('help', 'drem')).text).to.match(/unknown command 'drem'/);
  });
});
