import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerTrain } from '../../lib/cli/commands/train.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { readImage } from '../../lib/image/codec/read-write.js';
import { image } from '../../lib/image/image.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';
import { random } from '../../lib/tensor/random.js';
import { runCommand } from './run-command.js';

const size = { width: 32, height: 32 };

describe('oneiros train unet', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'train-'));
    for (const part of ['image', 'label']) await mkdir(file(part));
    // A bright disc in noise; in the mask, the disc is 200, the rest 10.
    const stream = random(1);
    for (let i = 0; i < 6; i++) {
      const [picture, mask] = [image(size), image(size)];
      const [cy, cx, r] = [stream.integer(8, 23), stream.integer(8, 23), stream.integer(5, 8)];
      for (let at = 0; at < 32 * 32; at++) {
        const inside = Math.hypot(Math.floor(at / 32) - cy, (at % 32) - cx) < r;
        const gray = (inside ? 0.6 : 0.2) + 0.2 * stream.uniform();
        for (let c = 0; c < 3; c++) {
          picture.data[c * 1024 + at] = gray;
          mask.data[c * 1024 + at] = (inside ? 200 : 10) / 255;
        }
      }
      await writeFile(file(`image/${i}.png`), await encodeImage(picture, 'png'));
      await writeFile(file(`label/${i}.png`), await encodeImage(mask, 'png'));
    }
  });
  after(() => rm(folder, { recursive: true }));

  const train = (...args: readonly string[]) =>
    runCommand(registerTrain, [
      'train',
      'unet',
      ...['--data', folder, '-o', file('discs.onnx'), '--widths', '4,8', '--crop', '32', '--batch', '2'],
      ...['--elastic', '2', '--validation', '2', '--threads', '1'],
      ...args,
    ]);

  it('learns to find discs, and writes a network that segments', async () => {
    const { results, said } = await train(
      ...['--steps', '60', '--learning-rate', '0.02', '--validate-every', '30'],
      ...['--curve', file('curve.svg'), '--json'],
    );
    expect(said).to.deep.equal(['training on 4 pictures, background 10, class 1 200']);
    expect(results).to.have.length(60);
    expect(results[0]).to.have.all.keys('step', 'steps', 'epoch', 'loss', 'bce', 'diceLoss', 'learningRate');
    const last: unknown = results[59];
    expect(last).to.include({ step: 60, steps: 60, epoch: 30 });
    expect(last).to.have.property('dice').that.is.greaterThan(0.9);
    expect(last).to.have.property('pixelError').that.is.lessThan(0.05);
    expect(await readFile(file('curve.svg'), 'utf8')).to.match(/loss.*dice.*pixelError/s);
    expect((await readdir(folder)).toSorted()).to.deep.equal(['curve.svg', 'discs.onnx', 'image', 'label']);

    await using network = await loadSegmenter(file('discs.onnx'), { placement: { provider: 'cpu' } });
    expect(network.classes).to.deep.equal(['background', 'class 1']);
    const { labels } = await network.segment(await readImage(file('image/5.png')));
    const truth = (await readImage(file('label/5.png'))).data;
    const wrong = labels.filter((label, at) => (truth[at]! > 0.5 ? 1 : 0) !== label).length;
    expect(wrong / labels.length).to.be.lessThan(0.05);
  });

  it('keeps the checkpoint until the network is written, so that a failed write loses no run', async () => {
    const out = file('late.onnx');
    const args = [
      ...['train', 'unet', '--data', folder, '-o', out, '--widths', '4,8', '--crop', '32', '--batch', '2'],
      ...['--elastic', '0', '--validation', '2', '--threads', '1', '--steps', '4', '--json'],
    ];
    // A folder with the network's name appears during the training.
    const failed = runCommand(registerTrain, args, (done) => {
      if (done === 1) mkdirSync(out);
    });
    expect(String(await failed.catch((error: unknown) => error))).to.match(/late.onnx": it is a folder/);
    expect(existsSync(`${out}.checkpoint`)).to.equal(true);
    await rmdir(out);
    const { results } = await runCommand(registerTrain, args);
    expect(results).to.have.length(1);
    expect(results[0]).to.include({ step: 4, steps: 4 }).and.to.include.keys('loss', 'dice', 'pixelError');
    await using network = await loadSegmenter(out, { placement: { provider: 'cpu' } });
    expect(network.classes).to.have.length(2);
    expect(existsSync(`${out}.checkpoint`)).to.equal(false);
  });

  it('reports problems of the data', async () => {
    const errorOf = async (...args: readonly string[]) => {
      const error: unknown = await train(...args).catch((reason: unknown) => reason);
      return error instanceof Error ? error.message : '';
    };
    expect(await errorOf('--validation', '6')).to.match(/leaves none of the 6 pictures/);
    expect(await errorOf('--crop', '48')).to.match(/0 is 32×32, smaller than the crop of 48/);
    expect(await errorOf('--crop', '31')).to.match(/31 pixels cannot be halved 1 times: use a multiple of 2/);
    expect(await errorOf('--classes', 'a=10,b=100')).to.match(
      /has a pixel of 200, but the classes are a 10, b 100/,
    );
    expect(await errorOf('--classes', 'a')).to.match(/expected 2 to 256 classes/);
    expect(await errorOf('--classes', 'a=10,b=10')).to.match(/a and b have the same value 10/);
    expect(await errorOf('--classes', 'a=10,b')).to.match(/does not name classes/);
    await rm(file('label/3.png'));
    expect(await errorOf()).to.match(/label has no mask of 3.png/);
    expect(await errorOf('--data', file('nowhere'))).to.match(/no such file or folder/);
  });
});
