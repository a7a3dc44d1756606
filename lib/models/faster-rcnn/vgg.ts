import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Net } from './net.js';

const body = 'backbone.body';

/** Whether the weights are those of a VGG network, with the names of its layers. */
export function isVgg(net: Net): boolean {
  return net.has(`${body}.conv1_1.weight`);
}

/**
 * A VGG network (Simonyan and Zisserman 2015); its weights determine depth and widths.
 * @returns the results of its blocks, before pooling, at strides 1, 2, 4, …
 */
export function vgg(net: Net, image: Value): readonly Value[] {
  const blocks: Value[] = [];
  let x = image;
  for (let block = 1; net.has(`${body}.conv${block}_1.weight`); block++) {
    if (block > 1) x = net.b.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    for (let i = 1; net.has(`${body}.conv${block}_${i}.weight`); i++)
      x = net.conv(x, `${body}.conv${block}_${i}`, { activation: 'relu', as: `relu${block}_${i}` });
    blocks.push(x);
  }
  return blocks;
}
