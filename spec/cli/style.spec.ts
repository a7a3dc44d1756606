import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { CommanderError } from 'commander';

import { OneirosError } from '../../lib/base/errors.js';
import { registerStyle } from '../../lib/cli/commands/style.js';
import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { runCommand } from './run-command.js';
import { smallWorkshop } from './small-weights.js';

describe('oneiros style', function () {
  // Every command starts worker threads, which under ts-node takes seconds on a busy machine.
  this.timeout(60_000);
  let shop: Awaited<ReturnType<typeof smallWorkshop>>;
  before(async () => (shop = await smallWorkshop()));
  after(() => shop.remove());

  const args = (out: string, ...more: readonly string[]) => [
    ...['style', shop.path('photo.png'), shop.path('painting.png'), '-o', shop.path(out), '--model', 'vgg19'],
    ...['--weights', shop.path('vgg.safetensors'), '--size', '40', '--smallest', '20', '--iterations', '6'],
    ...['--seed', '1', '--threads', '1', '--json', ...more],
  ];

  it('writes the picture, and prints its path, its size and the losses of every iteration', async () => {
    const { results } = await runCommand(registerStyle, args('a.png'));
    const [result] = results;
    expect(result).to.have.all.keys('out', 'width', 'height', 'loss', 'styleLoss', 'contentLoss', 'seconds');
    expect(result).to.include({ out: shop.path('a.png'), width: 40, height: 30 });
    for (const name of ['loss', 'styleLoss', 'contentLoss'])
      expect(result).to.have.property(name).with.length(7);
    const picture = await decodeImage(await readFile(shop.path('a.png')));
    expect([picture.width, picture.height]).to.deep.equal([40, 30]);
  });

  it('takes several styles, other layers, another optimizer', async () => {
    const styles = [shop.path('photo.png'), '--blend', '2,1', '--style-layer', 'relu1_1=2'];
    const more = ['--content-layer', 'relu3_1', '--optimizer', 'adam', '--keep-colors', '--init', 'noise'];
    const { results } = await runCommand(registerStyle, args('b.jpg', ...styles, ...more));
    expect(results[0]).to.have.property('loss').with.length(7);
  });

  it('writes the picture so far when it is stopped', async () => {
    const stop = (done: number, controller: AbortController) => {
      if (done === 3) controller.abort();
    };
    const { results, said } = await runCommand(registerStyle, args('stopped.png'), stop);
    expect(results[0]).to.have.property('styleLoss').with.length(4);
    expect(said.join()).to.include('stopped after 3 of 6 iterations');
  });

  it('prints an error in one line', async () => {
    for (const [flags, words] of [
      [['--blend', '1,2,3'], 'blend needs one weight per style image: 1, not 3'],
      [['--content-layer', 'relu4_2'], 'has no layer "relu4_2"'],
      [['--size', '100000'], 'pixels would take about'],
      [[shop.path('vgg.safetensors')], 'vgg.safetensors: '],
    ] as const) {
      const error = await runCommand(registerStyle, args('never.png', ...flags)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.include(words).and.not.to.include('\n');
    }
  });

  it('treats values out of range as bad usage', async () => {
    for (const flags of [
      ['--blend', 'x'],
      ['--optimizer', 'sgd'],
      ['--style-weight', '-1'],
    ]) {
      const error = await runCommand(registerStyle, args('never.png', ...flags)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(CommanderError);
    }
  });
});
