import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CommanderError } from 'commander';

import { registerClassify } from '../../lib/cli/commands/classify.js';
import { registerEvaluate } from '../../lib/cli/commands/evaluate.js';
import { registerInspect } from '../../lib/cli/commands/inspect.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { drawWeights, readCases } from '../models/golden-case.js';
import { rejection } from '../models/rejection.js';
import { waves } from '../tasks/pictures.js';
import { runCommand } from './run-command.js';

const cases = readCases(join(import.meta.dirname, '..', 'models', 'golden', 'models.json'));

describe('oneiros classify, evaluate classify, inspect', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oneiros-'));
    const shapes = cases.find(({ network }) => network === 'googlenet')?.shapes ?? {};
    await writeFile(path('googlenet.safetensors'), drawWeights(shapes));
    const ids = [1, 2, 3, 4, 5, 6, 7].map((id) => `n0000000${id}`);
    await writeFile(path('labels.txt'), ids.map((id) => `${id} thing ${id}`).join('\n'));
    await mkdir(path('data'));
    const picture = await encodeImage(waves({ width: 64, height: 48 }), 'png');
    await writeFile(path('photo.png'), picture);
    for (const id of ids) await writeFile(path(`data/${id}_thing.png`), picture);
    await writeFile(path('data/notes.txt'), 'no picture');
  });
  after(() => rm(folder, { recursive: true }));

  const network = () => [
    ...['--model', 'googlenet', '--weights', path('googlenet.safetensors'), '--labels', path('labels.txt')],
  ];

  it('prints the classes of each picture, and the notes about the weights', async () => {
    const args = [
      'classify',
      path('photo.png'),
      path('data/n00000003_thing.png'),
      ...network(),
      '--top',
      '2',
      '--json',
    ];
    const { results, said } = await runCommand(registerClassify, args);
    const [first, second] = results;
    expect(results).to.have.length(2);
    expect(first).to.have.all.keys('image', 'labels');
    expect(first).to.include({ image: path('photo.png') });
    expect(first).to.have.property('labels').with.length(2);
    expect(first).to.have.nested.property('labels[0]').with.all.keys('index', 'id', 'name', 'probability');
    expect(first)
      .to.have.nested.property('labels[0].id')
      .that.matches(/^n0000000\d$/);
    expect(second)
      .to.have.property('labels')
      .that.deep.equals(first && 'labels' in first ? first.labels : null);
    expect(said.join()).to.match(/GoogLeNet.*BGR, 0\.\.255, minus mean/);
  });

  it('skips a picture that cannot be read', async () => {
    await writeFile(path('broken.jpg'), Uint8Array.of(0xff, 0xd8, 0xff));
    const args = ['classify', path('broken.jpg'), path('missing.png'), path('photo.png'), ...network()];
    const { results, said } = await runCommand(registerClassify, args);
    expect(results).to.have.length(1);
    expect(said.filter((line) => line.includes('broken.jpg'))).to.have.length(1);
    expect(said.filter((line) => line.includes('missing.png'))).to.have.length(1);
  });

  it('measures accuracy by the ids that names begin with', async () => {
    const run = () =>
      runCommand(registerEvaluate, ['evaluate', 'classify', '--data', path('data'), ...network(), '--json']);
    // The same picture under each of the seven ids: it is right once.
    expect((await run()).results).to.deep.equal([{ images: 7, top1: 1 / 7, top5: 5 / 7 }]);
    await writeFile(path('data/n99999999_other.png'), 'no picture either');
    const { results, said } = await run();
    expect(results[0]).to.include({ images: 7 });
    expect(said.filter((line) => line.includes('n99999999_other.png'))).to.have.length(1);
  });

  it('refuses two classes with the same id', async () => {
    const twins = [1, 2, 2, 4, 5, 6, 7].map((id) => `n0000000${id} thing`);
    await writeFile(path('twins.txt'), twins.join('\n'));
    const weights = ['--model', 'googlenet', '--weights', path('googlenet.safetensors')];
    const args = ['evaluate', 'classify', '--data', path('data'), ...weights, '--labels', path('twins.txt')];
    expect(await rejection(runCommand(registerEvaluate, args))).to.contain(
      'the classes 1 and 2 both have the id "n00000002"',
    );
  });

  it('reports wrong usage', async () => {
    for (const [args, words] of [
      [['classify', 'x.png', '--model', 'vgg18'], /It must be one of vgg19-slim, .*googlenet.*\.onnx/],
      [['classify', 'x.png', '--model', 'squeezenet'], /squeezenet needs --weights/],
      [['classify', 'x.png', '--model', 'a.onnx', '--weights', 'b.pth'], /brings its own weights/],
      [['classify', 'x.png', ...network(), '--top', '0'], /from 1 to 1000000/],
      [['classify', ...network()], /missing required argument/],
    ] as const) {
      const error = await runCommand(registerClassify, args).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(CommanderError);
      expect(error).to.have.property('message').that.matches(words);
    }
    const empty = ['evaluate', 'classify', '--data', path('nowhere'), ...network()];
    expect(await rejection(runCommand(registerEvaluate, empty))).to.match(/nowhere/);
  });

  it('inspects a network by name, and an ONNX file as it is', async () => {
    const named = ['inspect', 'googlenet', '--weights', path('googlenet.safetensors'), '--json'];
    const { results } = await runCommand(registerInspect, named);
    expect(results[0]).to.include({ model: 'googlenet', parameters: 96_065 });
    expect(results[0]).to.have.nested.property('layers[1].name', 'conv1/7x7_s2_pre_relu');
    expect(results[0]).to.have.nested.property('operators.LRN', 2);

    const b = new Builder();
    const x = b.input('x', 'float32', ['n', 'width']);
    b.output(b.add(b.op('Relu', [x], {}, { name: 'rectified' }), 1), 'y');
    await writeFile(path('any.onnx'), encodeModel(b.model()));
    const [inspection] = (await runCommand(registerInspect, ['inspect', path('any.onnx'), '--size', '5']))
      .results;
    expect(inspection).to.deep.include({
      inputs: [{ name: 'x', type: 'float32', shape: [1, 5] }],
      opsets: { 'ai.onnx': 17 },
      parameters: 0,
      multiplyAdds: 0,
    });
    expect(inspection).to.have.nested.property('layers[0].name', 'rectified');
  });

  it('prints the graph of a model', async () => {
    const b = new Builder();
    b.output(b.relu(b.input('x', 'float32', ['n', 2])), 'y');
    await writeFile(path('small.onnx'), encodeModel(b.model()));
    const { text } = await runCommand(registerInspect, ['inspect', path('small.onnx'), '--graph']);
    expect(text).to.deep.equal([
      'model: IR version 8, opset 17, by "oneiros"',
      'graph oneiros',
      '  input x: float32[n, 2]',
      '  output y: float32[n, 2]',
      '  relu_0: float32[n, 2] = Relu(x)',
      '  y: float32[n, 2] = Identity(relu_0)',
    ]);
    const both = ['inspect', path('small.onnx'), '--graph', '--json'];
    const error = await runCommand(registerInspect, both).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(CommanderError);
    expect(error)
      .to.have.property('message')
      .that.matches(/--graph.*cannot be used with.*--json/);
  });
});
