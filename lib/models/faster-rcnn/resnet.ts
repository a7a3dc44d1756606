import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Net } from './net.js';

const body = 'backbone.body';

/** Whether the weights are those of a residual network, with torchvision's names. */
export function isResNet(net: Net): boolean {
  return net.has(`${body}.layer1.0.conv1.weight`);
}

/**
 * A residual network (He et al. 2016). The weights determine depth, widths, and whether blocks are basic blocks or
 * bottlenecks; in these, the 3×3 convolution has the stride.
 * @returns the results of its four stages, at strides 4, 8, 16 and 32
 */
export function resnet(net: Net, image: Value): readonly Value[] {
  const stem = net.conv(image, `${body}.conv1`, {
    stride: 2,
    norm: `${body}.bn1`,
    activation: 'relu',
    as: 'conv1',
  });
  const pooled = net.b.op('MaxPool', [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  const stages: Value[] = [];
  let x = pooled;
  for (const stage of ['layer1', 'layer2', 'layer3', 'layer4']) {
    for (let block = 0; net.has(`${body}.${stage}.${block}.conv1.weight`); block++)
      x = residual(net, x, `${body}.${stage}.${block}`, block === 0 && stage !== 'layer1' ? 2 : 1);
    x = net.layer(x, stage);
    stages.push(x);
  }
  return stages;
}

function residual(net: Net, x: Value, name: string, stride: 1 | 2): Value {
  const bottleneck = net.has(`${name}.conv3.weight`);
  const conv = (from: Value, i: number, options: { stride?: number; activation?: 'relu' }) =>
    net.conv(from, `${name}.conv${i}`, { norm: `${name}.bn${i}`, ...options });
  const first = conv(x, 1, { stride: bottleneck ? 1 : stride, activation: 'relu' });
  const last = bottleneck ? conv(conv(first, 2, { stride, activation: 'relu' }), 3, {}) : conv(first, 2, {});
  const shortcut = net.has(`${name}.downsample.0.weight`)
    ? net.conv(x, `${name}.downsample.0`, { stride, norm: `${name}.downsample.1` })
    : x;
  return net.b.relu(net.b.add(last, shortcut));
}
