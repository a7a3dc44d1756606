import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { registerLocalize } from '../../lib/cli/commands/localize.js';
import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { type Image, image, plane, planes } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import type { Box } from '../../lib/networks/detector/detector.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { boxOfLargest } from '../../lib/tasks/localize/components.js';
import { localize, localizeEach } from '../../lib/tasks/localize/localize.js';
import { float32, int64 } from '../../lib/tensor/tensor.js';
import { localizationLoss } from '../../lib/train/detection/localization-loss.js';
import { runCommand } from '../cli/run-command.js';

const placement = { isolation: 'none', provider: 'cpu' } as const;

/** Classifies pictures as red or blue by their mean color. */
function redOrBlue(): Uint8Array {
  const b = new Builder();
  const input = b.input('x', 'float32', [1, 3, 16, 16]);
  const map = b.op('Relu', [input], {}, { name: 'map' });
  const colors = b.op('Flatten', [b.op('GlobalAveragePool', [map])], { axis: 1 });
  const weight = b.constant(float32(Float32Array.of(9, 0, 0, 0, 0, 9), [2, 3]));
  b.output(b.op('Gemm', [colors, weight], { transB: 1 }), 'scores');
  return encodeModel(b.model());
}

/** A black picture with a large red square and a smaller blue one. */
function squares(): Image {
  const picture = image({ width: 32, height: 16 });
  const fill = (c: number, [x0, y0, x1, y1]: Box) => {
    for (let y = y0; y < y1; y++) plane(picture, c).fill(1, y * 32 + x0, y * 32 + x1);
  };
  fill(0, [2, 2, 14, 10]);
  fill(2, [20, 8, 26, 14]);
  return picture;
}

describe('Localization by class activation', () => {
  it('returns the box of the pixels that support the class', async () => {
    await using network = await loadClassifier(redOrBlue(), { name: 'colors', placement });
    const red = await localize(network, squares(), { threshold: 0.6, layer: 'map' });
    expect([red?.labelId, red?.box]).to.deep.equal([0, [2, 2, 14, 10]]);
    expect(red?.score).to.be.within(0.5, 1);
    const blue = await localize(network, squares(), { threshold: 0.6, labelId: 1 });
    expect(blue?.box).to.deep.equal([20, 8, 26, 14]);
    const failure = await localize(network, squares(), { labelId: 2 }).catch((error: unknown) => error);
    expect(String(failure)).to.contain('there is no class 2');
    const many = [1, 2].map((key) => ({ key, image: squares() }));
    const boxes: unknown[] = [];
    for await (const outcome of localizeEach(network, many, { threshold: 0.6 }))
      if (outcome.error === undefined) boxes.push([outcome.key, outcome.found?.box]);
    expect(boxes).to.deep.equal([
      [1, red?.box],
      [2, red?.box],
    ]);
  });
  it('uses the largest connected part', () => {
    const map = planes(
      1,
      { width: 5, height: 3 },
      Float32Array.of(1, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0.9, 0, 0.5, 0, 0, 0.9),
    );
    expect(boxOfLargest(map, 0.4)).to.deep.equal([1, 1, 3, 3]);
    expect(boxOfLargest(map, 0.6)).to.deep.equal([4, 1, 5, 3]);
    expect(boxOfLargest(planes(1, { width: 5, height: 3 }), 0.5)).to.deep.equal([0, 0, 5, 3]);
  });
  it('is a command that prints one line per picture', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneiros-localize-'));
    try {
      writeFileSync(join(folder, 'model.onnx'), redOrBlue());
      writeFileSync(join(folder, 'squares.png'), await encodeImage(squares(), 'png'));
      const { results } = await runCommand(registerLocalize, [
        ...['localize', join(folder, 'squares.png'), '--model', join(folder, 'model.onnx')],
        ...['--threshold', '0.6', '--out', join(folder, 'out'), '--json'],
      ]);
      expect(results).to.have.length(1);
      expect(results[0]).to.deep.include({ width: 32, height: 16, box: [2, 2, 14, 10], labelId: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('The localization loss', () => {
  it('is cross-entropy plus squared distance, as computed by hand', async () => {
    const b = new Builder();
    const terms = {
      scores: b.input('scores', 'float32', [2, 2]),
      labels: b.input('labels', 'int64', [2]),
      boxes: b.input('boxes', 'float32', [2, 4]),
      targets: b.input('targets', 'float32', [2, 4]),
    };
    b.output(localizationLoss(b, terms, 0.5), 'loss');
    await using step = await valueAndGrad(b.model(), { loss: 'loss', wrt: ['boxes'], placement });
    const { value, gradients } = await step({
      scores: float32(Float32Array.of(0, 0, 0, Math.log(3)), [2, 2]),
      labels: int64([0, 1]),
      boxes: float32(Float32Array.of(1, 2, 3, 4, 0, 0, 1, 1), [2, 4]),
      targets: float32(Float32Array.of(1, 2, 3, 6, 0, 0, 1, 2), [2, 4]),
    });
    // (ln 2 + ln 4/3) / 2 + ½ · (4 + 1) / 2
    expect(value).to.be.closeTo((Math.log(2) + Math.log(4 / 3)) / 2 + 1.25, 1e-6);
    expect(Array.from(gradients['boxes']!.data, Number)).to.deep.equal([0, 0, 0, -1, 0, 0, 0, -0.5]);
  });
});
