import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { CommanderError } from 'commander';

import { OneirosError } from '../../lib/base/errors.js';
import { registerDream } from '../../lib/cli/commands/dream.js';
import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { runCommand } from './run-command.js';
import { smallWorkshop } from './small-weights.js';

describe('oneiros dream', function () {
  // Every command starts worker threads, which under ts-node takes seconds on a busy machine.
  this.timeout(60_000);
  let shop: Awaited<ReturnType<typeof smallWorkshop>>;
  before(async () => (shop = await smallWorkshop()));
  after(() => shop.remove());

  const args = (out: string, ...more: readonly string[]) => [
    ...['dream', shop.path('photo.png'), '-o', shop.path(out), '--model', 'vgg19'],
    ...['--weights', shop.path('vgg.safetensors'), '--layer', 'relu3_1', '--size', '40'],
    ...[
      '--octaves',
      '2',
      '--octave-scale',
      '1.4',
      '--steps',
      '3',
      '--seed',
      '7',
      '--threads',
      '1',
      '--json',
      ...more,
    ],
  ];
  const failure = async (...more: readonly string[]) =>
    runCommand(registerDream, args('never.png', ...more)).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('writes the picture, and prints its path, its size and the objective of every step', async () => {
    const { results } = await runCommand(registerDream, args('a.png'));
    const [result] = results;
    expect(result).to.have.all.keys('out', 'width', 'height', 'objective', 'seconds');
    expect(result).to.include({ out: shop.path('a.png'), width: 40, height: 30 });
    expect(result).to.have.property('objective').with.length(6);
    const picture = await decodeImage(await readFile(shop.path('a.png')));
    expect([picture.width, picture.height]).to.deep.equal([40, 30]);
  });

  it('writes the same bytes for the same seed', async () => {
    await runCommand(registerDream, args('b.png'));
    await runCommand(registerDream, args('c.png'));
    expect(await readFile(shop.path('b.png'))).to.deep.equal(await readFile(shop.path('c.png')));
  });

  it('writes the frames of a zoom with their numbers', async () => {
    const { results } = await runCommand(
      registerDream,
      args('frame-%03d.png', '--frames', '2', '--zoom', '1.1', '--rotate', '3'),
    );
    expect(results.map((result) => ('out' in result ? result.out : ''))).to.deep.equal([
      shop.path('frame-001.png'),
      shop.path('frame-002.png'),
    ]);
    for (const result of results) expect(result).to.have.property('objective').with.length(6);
  });

  it('dreams of several layers and channels with weights, toward a guide', async () => {
    const more = ['--layer', 'relu2_1=0.5', '--layer', 'relu3_1:2=3', '--guide', shop.path('painting.png')];
    const { results } = await runCommand(registerDream, args('guided.jpg', ...more));
    expect(results).to.have.length(1);
  });

  it('writes the picture so far when it is stopped', async () => {
    const stop = (done: number, controller: AbortController) => {
      if (done === 2) controller.abort();
    };
    const { results, said } = await runCommand(registerDream, args('stopped.png'), stop);
    expect(results[0]).to.have.property('objective').with.length(2);
    expect(said.join()).to.include('stopped after 2 of 6 steps');
  });

  it('prints an error in one line, and leaves no file behind', async () => {
    for (const [flags, words] of [
      [['--layer', 'relu9_9'], 'has no layer "relu9_9"; near names'],
      [['--layer', 'relu3_1:8'], 'there is no channel 8'],
      [['--guide', shop.path('none.png')], 'no such file'],
      [['-o', shop.path('never.gif')], 'must end in .png or .jpg'],
      [['-o', shop.path('nowhere/never.png')], 'no writable folder'],
      [['--size', '100000'], 'pixels would take about'],
    ] as const) {
      const error = await failure(...flags);
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.include(words).and.not.to.include('\n');
    }
    const files = await readdir(dirname(shop.path('a.png')));
    expect(files.filter((name) => name.startsWith('never') || name.endsWith('.tmp'))).to.deep.equal([]);
  });

  it('treats values out of range, and several frames without %d in the name, as bad usage', async () => {
    for (const flags of [
      ['--octaves', '0'],
      ['--layer', '=3'],
      ['--frames', '2'],
      ['--objective', 'max'],
    ])
      expect(await failure(...flags)).to.be.instanceOf(CommanderError);
  });
});
