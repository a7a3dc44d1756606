import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerGrad } from '../../lib/cli/commands/grad.js';
import { registerInspect } from '../../lib/cli/commands/inspect.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';
import { runCommand } from '../cli/run-command.js';
import { rejection } from '../models/rejection.js';

describe('errors of damaged models and weights', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oneiros-'));
    for (const name of ['damaged.onnx', 'damaged.pth'])
      await writeFile(join(folder, name), 'this is neither a model nor weights');
  });
  after(() => rm(folder, { recursive: true }));

  it('name the file, once', async () => {
    const [model, weights] = [join(folder, 'damaged.onnx'), join(folder, 'damaged.pth')];
    for (const [path, work] of [
      [model, () => loadClassifier(model)],
      [model, () => loadDetector(model)],
      [model, () => loadSegmenter(model)],
      [model, () => runCommand(registerInspect, ['inspect', model])],
      [model, () => runCommand(registerGrad, ['grad', model, '-o', join(folder, 'out.onnx')])],
      [weights, () => loadClassifier('vgg19', { weights })],
      [weights, () => loadSegmenter('unet', { weights })],
    ] as const)
      expect((await rejection(work())).split(path)).to.have.length(2);
  });
});
