import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerEvaluate } from '../../lib/cli/commands/evaluate.js';
import { registerSegment } from '../../lib/cli/commands/segment.js';
import { registerTrain } from '../../lib/cli/commands/train.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { encodeGrayPng } from '../../lib/image/codec/png/pixels.js';
import { image } from '../../lib/image/image.js';
import { parseClasses, withValues } from '../../lib/labels/class-text.js';
import { labelPicture } from '../../lib/labels/label-picture.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { random } from '../../lib/tensor/random.js';
import { runCommand } from './run-command.js';

const size = { width: 37, height: 34 };
const area = size.width * size.height;

/** A disc and a bar in noise, and the class of each pixel: background 0, disc 1, bar 2. */
function scene(seed: number) {
  const stream = random(seed);
  const [cy, cx, top] = [stream.integer(8, 20), stream.integer(8, 26), stream.integer(26, 30)];
  const labels = Uint8Array.from({ length: area }, (_, at) => {
    const [y, x] = [Math.floor(at / size.width), at % size.width];
    return y >= top ? 2 : Math.hypot(y - cy, x - cx) < 7 ? 1 : 0;
  });
  const picture = image(size);
  for (let at = 0; at < area; at++) {
    const gray = [0.2, 0.6, 0.9][labels[at]!]! + 0.1 * stream.uniform();
    for (let c = 0; c < 3; c++) picture.data[c * area + at] = gray;
  }
  return { picture, labels };
}

/** The values of masks with the three classes, or with the first two, where the bar is background. */
const kinds = {
  'inverted values': { classes: 'cell=255,membrane=0', declared: true },
  colors: { classes: 'a=#000000,b=#00ff00,c=#ff0000', declared: false },
  '16 bits': {
    classes: '[{"name":"none","value":3000},{"name":"b, or c","value":0},{"name":"d","value":70}]',
    declared: true,
  },
  'ignored borders': { classes: 'a=0,b=1,c=2', declared: false },
} as const;

describe('train unet, segment and evaluate segment agree on masks', () => {
  let folder: string;
  const file = (...names: readonly string[]) => join(folder, ...names);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'masks-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function write(kind: keyof typeof kinds): Promise<void> {
    const classes = withValues(parseClasses(kinds[kind].classes));
    for (const part of ['image', 'label', 'truth']) await mkdir(file(kind, part), { recursive: true });
    for (let i = 0; i < 5; i++) {
      const { picture, labels } = scene(i);
      const shown = labels.map((label) => (label < classes.length ? label : 0));
      const values = Uint16Array.from(shown, (label) => Number(classes[label]!.value));
      if (kind === 'ignored borders')
        for (let at = 1; at < area; at++) if (labels[at] !== labels[at - 1]) values[at] = 255;
      const mask =
        kind === 'colors'
          ? await encodeImage(labelPicture({ ...size, labels: shown, classes }), 'png')
          : await encodeGrayPng(size, kind === '16 bits' ? values : Uint8Array.from(values));
      await writeFile(file(kind, 'image', `${i}.png`), await encodeImage(picture, 'png'));
      await writeFile(file(kind, 'label', `${i}.png`), mask);
      if (i >= 3) await cp(file(kind, 'label', `${i}.png`), file(kind, 'truth', `${i}.png`));
    }
  }

  const evaluate = (kind: string, ...args: readonly string[]) =>
    runCommand(registerEvaluate, [
      ...['evaluate', 'segment', '--gt', file(kind, 'truth'), '--dt', file(kind, 'found'), '--json'],
      ...args,
    ]);

  for (const kind of ['inverted values', 'colors', '16 bits', 'ignored borders'] as const)
    it(`${kind}: the same figure, to the last bit`, async () => {
      const { classes, declared } = kinds[kind];
      await write(kind);
      const network = file(kind, 'net.onnx');
      const training = await runCommand(registerTrain, [
        ...[
          'train',
          'unet',
          '--data',
          file(kind),
          '-o',
          network,
          '--widths',
          '4,8',
          '--crop',
          '32',
          '--batch',
          '2',
        ],
        ...['--steps', '40', '--learning-rate', '0.02', '--validation', '2', '--threads', '1', '--json'],
        ...(declared ? ['--classes', classes] : []),
        ...(kind === 'ignored borders' ? ['--ignore', '255'] : []),
      ]);
      const { metadata } = decodeModel(await readFile(network));
      const values = withValues(parseClasses(classes)).map(({ value }) => value);
      expect(metadata.get('class_values')).to.equal(JSON.stringify(values));
      const pictures = [3, 4].map((i) => file(kind, 'image', `${i}.png`));
      await runCommand(registerSegment, [
        ...['segment', ...pictures, '--model', network, '--show', 'labels', '-o', file(kind, 'found')],
      ]);
      expect(await readdir(file(kind, 'found'))).to.deep.equal(['3.png', '4.png']);
      const said = [
        ...(await evaluate(kind)).results,
        ...(await evaluate(kind, '--classes', classes)).results,
      ];
      expect(said).to.have.length(2);
      const last = training.results.at(-1);
      expect(last).to.have.property('dice').that.is.greaterThan(0.3);
      for (const figures of said) {
        expect(figures).to.have.property('images', 2);
        expect(last).to.have.property('dice', Reflect.get(figures, 'dice'));
        expect(last).to.have.property('pixelError', 1 - Number(Reflect.get(figures, 'pixelAccuracy')));
      }
      if (kind === 'ignored borders')
        expect(training.said[0]).to.match(/; 255 is ignored: \d\.\d+ % of all pixels/);
    });

  it('and a border of 255 must be declared', async () => {
    const error: unknown = await runCommand(registerTrain, [
      ...['train', 'unet', '--data', file('ignored borders'), '-o', file('never.onnx'), '--crop', '32'],
    ]).catch((reason: unknown) => reason);
    expect(error)
      .to.have.property('message')
      .that.matches(/values 0, 1, 2, 255.*--ignore 255/);
  });

  it('by brightness if a threshold is given, for probabilities', async () => {
    const [truth, found] = [file('bright', 'truth'), file('bright', 'found')];
    for (const path of [truth, found]) await mkdir(path, { recursive: true });
    const two = { width: 4, height: 1 };
    await writeFile(join(truth, 'a.png'), await encodeGrayPng(two, Uint8Array.of(0, 255, 255, 0)));
    await writeFile(join(found, 'a.png'), await encodeGrayPng(two, Uint8Array.of(20, 130, 200, 140)));
    await writeFile(join(found, 'b.png'), await encodeGrayPng(two, Uint8Array.of(0, 0, 0, 0)));
    const { results, said } = await evaluate('bright', '--threshold', '0.5');
    expect(results[0]).to.include({ pixelAccuracy: 3 / 4, IoU: 2 / 3 });
    expect(said.join()).to.match(/predicted masks without a true mask.*: 1/);
    const errorOf = async (...args: readonly string[]) => {
      const error: unknown = await evaluate('bright', ...args).catch((reason: unknown) => reason);
      return error instanceof Error ? error.message : '';
    };
    expect(await errorOf()).to.match(/a\.png has the value 20, which no true mask has/);
    expect(await errorOf('--threshold', '0.5', '--classes', '2')).to.match(/omit --classes/);
    await writeFile(join(truth, 'a.png'), await encodeGrayPng(two, Uint8Array.of(0, 1, 1, 0)));
    expect(await errorOf('--threshold', '0.5')).to.match(/no pixel of the true masks is as bright/);
    await writeFile(join(truth, 'a.gif'), 'GIF');
    expect(await errorOf()).to.match(/a\.gif and .*a\.png have the same name/);
  });
});
