import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';

import { OneirosError } from '../../lib/base/errors.js';
import { printable, printableJson } from '../../lib/base/printable.js';
import { registerInspect } from '../../lib/cli/commands/inspect.js';
import { createTerminal } from '../../lib/cli/terminal/terminal.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';

/** Clears the screen, forges a line, begins an 8-bit escape sequence, and reverses the text direction. */
const hostile = 'a\u001b[2J\nb\u009bc\u202ed\u2028e';
const escaped = 'a\\u001b[2J\\u000ab\\u009bc\\u202ed\\u2028e';
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

describe('names from outside on a terminal', () => {
  it('have their control characters escaped and stay unchanged otherwise', () => {
    expect(printable(hostile)).to.equal(escaped);
    expect(printable('Zürich 猫 🐈 x·y')).to.equal('Zürich 猫 🐈 x·y');
  });

  it('are the same after a round trip through JSON', () => {
    const line = printableJson({ [hostile]: hostile });
    expect(line).not.to.match(controls);
    expect(JSON.parse(line)).to.deep.equal({ [hostile]: hostile });
  });

  it('cannot break an error message into lines', () => {
    expect(new OneirosError('bad-input', `the layer ${hostile}`).message).to.equal(
      'the layer a\\u001b[2J b\\u009bc\\u202ed\\u2028e',
    );
  });

  for (const flags of [[], ['--json']] as const)
    it(`are escaped by the command inspect ${flags.join()}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'oneiros-names-'));
      const write = process.stdout.write.bind(process.stdout);
      let printed = '';
      try {
        const b = new Builder();
        const x = b.input(`x${hostile}`, 'float32', [1, 3, 8, 8]);
        b.output(b.op('Relu', [x], {}, { name: `y${hostile}` }));
        const file = join(folder, 'model.onnx');
        await writeFile(file, encodeModel(b.model()));
        process.stdout.write = (text) => (printed += String(text)) !== '';
        const terminal = createTerminal();
        const program = new Command().exitOverride();
        registerInspect(program.command('inspect'), terminal);
        await program.parseAsync(['inspect', file, ...flags], { from: 'user' });
      } finally {
        process.stdout.write = write;
        await rm(folder, { recursive: true });
      }
      expect(printed).to.contain(flags.length > 0 ? 'x' : `y${escaped}`);
      for (const line of printed.split('\n')) expect(line).not.to.match(controls);
      if (flags.length > 0)
        expect(JSON.parse(printed)).to.have.nested.property('outputs[0].name', `y${hostile}`);
    });
});
