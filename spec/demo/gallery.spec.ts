import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

import { parseCatalog } from '../../lib/weights/catalog/entry.js';
import { exhibits } from '../../scripts/demo/exhibits.js';
import { besidePage, galleryPage, shellCommand } from '../../scripts/demo/gallery.js';

const root = join(import.meta.dirname, '../..');

describe('the demo’s gallery', () => {
  it('shows every exhibit with its command, its output and its program', () => {
    const page = galleryPage(
      exhibits.map((exhibit) => ({ exhibit, seconds: 1.25, output: 'a < b & c\n', code: 'x && y' })),
      { seconds: 90.4, machine: 'a "machine"' },
    );
    expect(page).to.include('<b>6</b> exhibits').and.to.include('<b>90 s</b> in all');
    expect(page).to.include('a &#60; b &#38; c').and.to.include('x &#38;&#38; y');
    expect(page).to.include('a &#34;machine&#34;');
    for (const { title, command } of exhibits) {
      expect(page).to.include(`<h2>${title}</h2>`);
      expect(page).to.include(shellCommand(command));
    }
  });

  it('has a program for every command, which reads and writes the same files', () => {
    for (const { command, program, before, after, model } of exhibits) {
      const text = readFileSync(join(root, 'scripts/demo/programs', program), 'utf8');
      for (const { file } of [...before, after]) expect(text, program).to.include(`'${file}'`);
      for (const { file } of before) expect(command).to.include(file);
      expect(command).to.include(model);
      expect(text, program).to.include(`'${model}'`);
    }
  });

  it('uses only shipped models, and photographs whose source is documented', () => {
    const catalog = parseCatalog(readFileSync(join(root, 'onnx-models/catalog.json'), 'utf8'));
    const sources = readFileSync(join(root, 'scripts/demo/photographs/SOURCES.md'), 'utf8');
    for (const { model, before } of exhibits) {
      expect(catalog.get(model)?.source.kind, model).to.equal('shipped');
      for (const { file } of before)
        if (!file.startsWith('demo-out/')) expect(sources).to.include(`| ${besidePage(file)} |`);
    }
  });

  it('quotes arguments that a shell would split', () => {
    expect(shellCommand(['dream', 'a b.jpg', "it's", '--layer', 'relu4_1'])).to.equal(
      "npx oneiros dream 'a b.jpg' 'it'\\''s' --layer relu4_1",
    );
  });
});
