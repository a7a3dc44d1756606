import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Activation, Net } from './net.js';

const body = 'backbone.body';

/** Whether the weights are those of MobileNetV3-Large, with torchvision's names. */
export function isMobileNet(net: Net): boolean {
  return net.has(`${body}.0.0.weight`) && net.has(`${body}.16.0.weight`);
}

/** Stride and activation of blocks 1 to 15; the weights determine the rest. */
const blocks: readonly (readonly [stride: 1 | 2, activation: Activation])[] = [
  [1, 'relu'],
  [2, 'relu'],
  [1, 'relu'],
  [2, 'relu'],
  [1, 'relu'],
  [1, 'relu'],
  [2, 'hardSwish'],
  [1, 'hardSwish'],
  [1, 'hardSwish'],
  [1, 'hardSwish'],
  [1, 'hardSwish'],
  [1, 'hardSwish'],
  [2, 'hardSwish'],
  [1, 'hardSwish'],
  [1, 'hardSwish'],
];

/**
 * MobileNetV3-Large (Howard et al. 2019).
 * @returns the inputs of the feature pyramid: the results of blocks 13 and 16, both at stride 32
 */
export function mobilenet(net: Net, image: Value): readonly Value[] {
  let x = net.conv(image, `${body}.0.0`, { stride: 2, norm: `${body}.0.1`, activation: 'hardSwish' });
  const stages: Value[] = [];
  blocks.forEach(([stride, activation], i) => {
    x = net.layer(invertedResidual(net, x, `${body}.${i + 1}.block`, stride, activation), `block${i + 1}`);
    if (i + 1 === 13) stages.push(x);
  });
  const last = net.conv(x, `${body}.16.0`, { norm: `${body}.16.1`, activation: 'hardSwish', as: 'block16' });
  return [...stages, last];
}

/** Expansion, depthwise convolution, squeeze-and-excitation, projection. */
function invertedResidual(net: Net, x: Value, name: string, stride: 1 | 2, activation: Activation): Value {
  let part = 0;
  let y = x;
  // A block without expansion begins with the depthwise convolution.
  if (net.kernel(`${name}.0.0`) === 1) {
    y = net.conv(y, `${name}.${part}.0`, { norm: `${name}.${part}.1`, activation });
    part++;
  }
  y = net.conv(y, `${name}.${part}.0`, { stride, depthwise: true, norm: `${name}.${part}.1`, activation });
  part++;
  if (net.has(`${name}.${part}.fc1.weight`)) {
    y = squeezeAndExcite(net, y, `${name}.${part}`);
    part++;
  }
  y = net.conv(y, `${name}.${part}.0`, { norm: `${name}.${part}.1` });
  const same = stride === 1 && y.type?.shape?.[1] === x.type?.shape?.[1];
  return same ? net.b.add(y, x) : y;
}

/** Squeeze-and-excitation (Hu et al. 2018): scales each channel by a factor computed from the means of all channels. */
function squeezeAndExcite(net: Net, x: Value, name: string): Value {
  // Not GlobalAveragePool: ONNX Runtime's adds pixel by pixel, which loses a decimal digit over 10⁴ pixels. The scaling
  // amplifies the error, to 4·10⁻⁴ of a score. ReduceMean adds partial sums, and is as fast.
  const pooled = net.b.mean(x, [2, 3]);
  const squeezed = net.conv(pooled, `${name}.fc1`, { activation: 'relu' });
  return net.b.mul(x, net.conv(squeezed, `${name}.fc2`, { activation: 'hardSigmoid' }));
}
