import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { Command } from 'commander';

import { registerDetect } from '../../lib/cli/commands/detect.js';
import { registerDream } from '../../lib/cli/commands/dream.js';
import { registerExplain } from '../../lib/cli/commands/explain.js';
import { registerSegment } from '../../lib/cli/commands/segment.js';
import { registerStyle } from '../../lib/cli/commands/style.js';
import { InputFlag } from '../../lib/cli/flags/checked-files.js';
import { besideThePicture, recipe } from '../../lib/cli/outputs/picture-file.js';
import { createTerminal } from '../../lib/cli/terminal/terminal.js';
import { readPngText } from '../../lib/image/codec/png/text.js';
import { runCommand } from './run-command.js';
import { smallWorkshop } from './small-weights.js';

const commands = {
  detect: registerDetect,
  dream: registerDream,
  explain: registerExplain,
  segment: registerSegment,
  style: registerStyle,
} as const;

/** The options of a recipe, without the name of its command. */
function optionsIn(text: string): Readonly<Record<string, unknown>> {
  const options: unknown = JSON.parse(text.replace(/^oneiros \w+ /, ''));
  if (typeof options !== 'object' || options === null) throw new Error(`no options: ${text}`);
  return Object.fromEntries(Object.entries(options));
}

describe('the recipe in a picture', () => {
  for (const [name, register] of Object.entries(commands))
    it(`has every option of ${name} that may change the picture, and no folders`, async () => {
      const terminal = createTerminal();
      const command = new Command(name);
      register(command, terminal);
      await terminal.close();
      const { options } = command;
      const flags = Object.fromEntries(
        options.map((option): [string, string] => [
          option.attributeName(),
          option instanceof InputFlag ? '/private/folder/file.png' : `value of ${option.attributeName()}`,
        ]),
      );
      const kept = optionsIn(recipe(name, flags)['Comment'] ?? '');
      const wanted = options
        .map((option) => option.attributeName())
        .filter((each) => !besideThePicture.has(each));
      expect(Object.keys(kept)).to.have.members(wanted);
      expect(JSON.stringify(kept)).not.to.contain('private');
    });

  it('has the layers, the guide, the pooling and the styles that made the picture', async function () {
    this.timeout(90_000);
    const shop = await smallWorkshop();
    try {
      const network = [
        '--model',
        'vgg19',
        '--weights',
        shop.path('vgg.safetensors'),
        '--size',
        '32',
        '--threads',
        '1',
      ];
      const textOf = async (path: string) => readPngText(await readFile(path)).get('Comment') ?? '';

      const dreamt = [
        '--guide',
        shop.path('painting.png'),
        '--pooling',
        'average',
        '--octaves',
        '1',
        '--steps',
        '1',
      ];
      const layers = ['--layer', 'relu2_1=2', '--layer', 'relu3_1'];
      await runCommand(registerDream, [
        ...['dream', shop.path('photo.png'), '-o', shop.path('dream.png')],
        ...[...network, ...dreamt, ...layers],
      ]);
      expect(optionsIn(await textOf(shop.path('dream.png')))).to.deep.include({
        model: 'vgg19',
        weights: 'vgg.safetensors',
        layer: { relu2_1: 2, relu3_1: 1 },
        guide: 'painting.png',
        pooling: 'average',
      });

      await runCommand(registerStyle, [
        ...[
          'style',
          shop.path('photo.png'),
          shop.path('painting.png'),
          shop.path('photo.png'),
          '--blend',
          '2,1',
        ],
        ...['-o', shop.path('styled.png'), '--iterations', '1', '--smallest', '32', ...network],
      ]);
      expect(optionsIn(await textOf(shop.path('styled.png')))).to.deep.include({
        styles: ['painting.png', 'photo.png'],
        blend: [2, 1],
      });
    } finally {
      await shop.remove();
    }
  });
});
