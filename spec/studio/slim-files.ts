import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { random } from '../../lib/tensor/random.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { smallVgg } from '../cli/small-weights.js';
import { type Dropped, fixture } from './workbench.js';

/** VGG-19 to conv3_1 with 4 to 8 channels: a step takes milliseconds. */
export const vgg: Dropped = { name: 'slim-vgg.safetensors', bytes: smallVgg() };

/** A classifier of ten classes: one convolution, and the mean of its output. */
export function classifier(): Dropped {
  const b = new Builder();
  const source = random(3);
  const image = b.input('image', 'float32', [1, 3, 'height', 'width']);
  const kernel = Float32Array.from({ length: 10 * 3 * 9 }, () => source.normal());
  const scores = b.op('Conv', [image, b.constant(float32(kernel, [10, 3, 3, 3]))], { kernel_shape: [3, 3] });
  const means = b.op('Flatten', [b.op('GlobalAveragePool', [scores])]);
  b.output(b.op('Softmax', [means], { axis: 1 }), 'probabilities');
  return { name: 'ten-classes.onnx', bytes: encodeModel(b.model()) };
}

export async function segmenter(): Promise<Dropped> {
  return { name: 'tiny-unet.pt', bytes: await fixture('spec/models/golden/unet-mateuszbuda.pt') };
}

export async function cat(): Promise<Dropped> {
  return { name: 'cat.jpg', type: 'image/jpeg', bytes: await fixture('scripts/demo/photographs/cat.jpg') };
}
