import { findLayer, type Network } from '../../lib/networks/network.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { random } from '../../lib/tensor/random.js';
import { float32 } from '../../lib/tensor/tensor.js';

/** A small network like the first blocks of VGG, with random weights: three times convolution, ReLU and pooling. */
export function smallNetwork(channels: readonly number[] = [6, 8, 10]): Network {
  const b = new Builder();
  const layers: string[] = [];
  const source = random(5);
  let x = b.sub(b.input('image', 'float32', [1, 3, 'height', 'width']), 0.5);
  let inputs = 3;
  for (const [i, outputs] of channels.entries()) {
    const scale = Math.sqrt(2 / (9 * inputs));
    const kernel = Float32Array.from({ length: outputs * inputs * 9 }, () => scale * source.normal());
    const weight = b.constant(float32(kernel, [outputs, inputs, 3, 3]));
    const bias = b.constant(float32(new Float32Array(outputs).fill(0.05)));
    const name = `relu${i + 1}_1`;
    const convolved = b.op('Conv', [x, weight, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    const activated = b.op('Relu', [convolved], {}, { name });
    x = b.op('MaxPool', [activated], { kernel_shape: [2, 2], strides: [2, 2] }, { name: `pool${i + 1}` });
    layers.push(name, `pool${i + 1}`);
    inputs = outputs;
  }
  b.output(x);
  return {
    name: 'a small network',
    model: b.model(),
    image: 'image',
    layers,
    layer: (name) => findLayer(layers, name, 'a small network'),
  };
}
