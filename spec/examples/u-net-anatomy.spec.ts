// The parts of a U-Net: the way down, the way up, the skip connections, and the parts with learned parameters. The
// network is that of the paper (Ronneberger et al. 2015), with a sixteenth of its channels.

import { expect } from 'chai';
import {
  type Anatomy,
  anatomyOf,
  anatomySvg,
  anatomyText,
  Builder,
  decodeModel,
  encodeModel,
} from 'oneiros/onnx';
import { float32 } from 'oneiros/runtime';
import { buildUNet, type BuildUNetOptions, initialUNet, type UNetShape } from 'oneiros/train';

const paper = { channels: 1, classes: 2, widths: [4, 8, 16, 32, 64], batchNorm: false };

/** Reads the anatomy from an encoded file, as for networks from other sources. */
function unetFile(shape: Partial<UNetShape>, options: BuildUNetOptions): Anatomy {
  const { model } = buildUNet(initialUNet(shape), options);
  const anatomy = anatomyOf(decodeModel(encodeModel(model)));
  if (anatomy === null) throw new Error('not recognized as a U-Net');
  return anatomy;
}

describe('example: the anatomy of a U-Net', () => {
  const anatomy = unetFile(paper, { padding: 'valid', shape: [1, 1, 572, 572] });

  it('has five levels, each with half the width and height and twice the channels of the level above', () => {
    expect(anatomy.shape).to.equal('U-Net');
    expect(anatomy.levels.map(({ scale }) => scale)).to.deep.equal([1, 2, 4, 8, 16]);
    expect(anatomy.levels.map(({ down }) => down?.channels)).to.deep.equal([4, 8, 16, 32, 64]);
    expect(anatomy.levels.map(({ up }) => up?.channels)).to.deep.equal([2, 8, 16, 32, undefined]);
  });

  it('goes down by max pooling, which has no learned parameters', () => {
    expect(anatomy.descents.map(({ operation }) => operation)).to.deep.equal(
      new Array(4).fill('max pooling 2×2, stride 2'),
    );
    expect(anatomy.descents.map(({ learned }) => learned)).to.deep.equal([0, 0, 0, 0]);
  });

  it('goes up by strided transposed convolutions, which have learned parameters', () => {
    expect(anatomy.ascents.map(({ from, to }) => [from, to])).to.deep.equal([
      [16, 8],
      [8, 4],
      [4, 2],
      [2, 1],
    ]);
    // 64·32 kernels of 2×2 and 32 biases, and so on.
    expect(anatomy.ascents.map(({ learned }) => learned)).to.deep.equal([8224, 2064, 520, 132]);
    expect(anatomy.ascents[0]?.operation).to.equal('strided transposed convolution 2×2, stride 2');
  });

  it('has four skip connections, cropped because convolutions without padding lose their border', () => {
    expect(anatomy.skips.map(({ from, to, scale, channels }) => [from, to, scale, channels])).to.deep.equal([
      ['encoder4/relu2', 'concat1', 8, 32],
      ['encoder3/relu2', 'concat2', 4, 16],
      ['encoder2/relu2', 'concat3', 2, 8],
      ['encoder1/relu2', 'concat4', 1, 4],
    ]);
    for (const { cropped, joins } of anatomy.skips)
      expect([cropped, joins]).to.deep.equal([true, 'concatenation']);
  });

  it('has learned parameters in convolutions, and none in ReLU, pooling, cropping and concatenation', () => {
    const learns = (wanted: boolean) =>
      anatomy.transformations
        .filter(({ learned }) => learned > 0 === wanted)
        .map(({ operation }) => operation);
    expect(learns(true)).to.deep.equal([
      'convolution 3×3',
      'strided transposed convolution 2×2, stride 2',
      'convolution 1×1',
    ]);
    expect(learns(false)).to.include.members(['ReLU', 'max pooling 2×2, stride 2', 'crop', 'concatenation']);
    const counts = new Map(anatomy.transformations.map(({ operation, count }) => [operation, count]));
    expect(counts.get('convolution 3×3')).to.equal(18);
    expect(counts.get('ReLU')).to.equal(18);
  });

  it('has 31,030,658 learned parameters in the network of the paper', () => {
    // 3×3 convolutions have 9·in·out + out parameters, 2×2 transposed ones 4·in·out + out, the last one in·out + out.
    const count = (widths: readonly number[]) => {
      const block = (inputs: number, outputs: number) => 9 * (inputs + outputs) * outputs + 2 * outputs;
      const down = widths.reduce((sum, width, i) => sum + block(i === 0 ? 1 : widths[i - 1]!, width), 0);
      const up = widths.slice(1).reduce((sum, below, i) => {
        const width = widths[i]!;
        return sum + 4 * below * width + width + block(2 * width, width);
      }, 0);
      return down + up + 2 * widths[0]! + 2;
    };
    expect(count([64, 128, 256, 512, 1024])).to.equal(31_030_658);
    expect(anatomy.learned).to.equal(count(paper.widths));
  });

  it('has two learned parameters and two statistics per channel in batch normalization', () => {
    const normal = unetFile({ ...paper, batchNorm: true }, { batchNorm: 'keep' });
    const kind = normal.transformations.find(({ operation }) => operation === 'batch normalization');
    const channels = 2 * (4 + 8 + 16 + 32 + 64) + 2 * (4 + 8 + 16 + 32);
    expect(kind).to.include({ count: 18, learned: 2 * channels, statistics: 2 * channels });
  });

  it('has no learned parameters in resizing', () => {
    for (const [resize, name] of [
      ['nearest', 'resize, nearest'],
      ['bilinear', 'resize, linear, corners aligned'],
    ] as const) {
      const { ascents } = unetFile({ ...paper, climb: resize }, { resize });
      expect(ascents.map(({ operation, learned }) => [operation, learned])).to.deep.equal(
        new Array(4).fill([name, 0]),
      );
    }
  });

  it('is described in text, and drawn', () => {
    expect(anatomyText(anatomy)).to.include(
      `U-Net of 5 levels, 4 skip connections, ${anatomy.learned.toLocaleString('en')} learned parameters`,
    );
    expect(anatomyText(anatomy)).to.match(
      /up by strided transposed convolution 2×2, stride 2 \(10,940 learned\): 1\/16 → 1\/8/,
    );
    const svg = anatomySvg(anatomy, 'the <paper>');
    expect(svg.match(/marker-end="url\(#skip\)"/g)).to.have.length(4);
    expect(svg).to.include('the &#60;paper&#62;').and.not.include('NaN');
  });

  it('does not count residual connections as skips, and does not exist without a way up', () => {
    const b = new Builder();
    const x = b.input('x', 'float32', [1, 2, 8, 8]);
    const weight = b.constant(float32(new Float32Array(36), [2, 2, 3, 3]));
    const y = b.op('Conv', [x, weight], { pads: [1, 1, 1, 1] });
    b.output(b.op('MaxPool', [b.add(x, y)], { kernel_shape: [2, 2], strides: [2, 2] }));
    expect(anatomyOf(b.model())).to.equal(null);
  });
});
