import { GoogLeNet, VGG19 } from '../../lib/models/classifiers.js';
import type { Placement } from '../../lib/models/image-network.js';
import { random } from '../../lib/tensor/random.js';
import { float32, sizeOf } from '../../lib/tensor/tensor.js';
import type { StoredTensor } from '../../lib/weights/weights.js';

// Networks by this library's own builders, so slim that a GPU made of software runs them in a second, with seeded weights.

type Layer = readonly [name: string, outputs: number, inputs: number, kernel: number];

/** Weights in which what a layer gives is about as large as what it gets (He et al. 2015). */
function weightsOf(layers: readonly Layer[], seed: number) {
  const source = random(seed);
  const weights = new Map<string, StoredTensor>();
  const add = (name: string, dims: readonly number[], make: () => number) => {
    const values = float32(
      Float32Array.from({ length: sizeOf(dims) }, () => make()),
      dims,
    );
    weights.set(name, { dtype: 'float32', dims, load: () => Promise.resolve(values) });
  };
  for (const [name, outputs, inputs, kernel] of layers) {
    const scale = Math.sqrt(2 / (inputs * kernel * kernel));
    add(`${name}.weight`, [outputs, inputs, kernel, kernel], () => scale * source.normal());
    add(`${name}.bias`, [outputs], () => 0.05);
  }
  return { weights, metadata: {} };
}

/** conv1_1 … conv5_1 of VGG-19 with 4 to 8 channels. */
export function slimVGG19(placement: Placement): Promise<VGG19> {
  const widths = [4, 8, 8, 8, 8];
  const depths = [2, 2, 4, 4, 1];
  const layers = widths.flatMap((width, block) =>
    Array.from({ length: depths[block]! }, (_, i): Layer => {
      const inputs = i > 0 ? width : (widths[block - 1] ?? 3);
      return [`conv${block + 1}_${i + 1}`, width, inputs, 3];
    }),
  );
  return VGG19.load(weightsOf(layers, 4), { preprocessing: 'imagenet', placement });
}

/** GoogLeNet whole, with a sixteenth of its channels and ten classes. */
export function slimGoogLeNet(placement: Placement): Promise<GoogLeNet> {
  const stem: Layer[] = [
    ['conv1/7x7_s2', 8, 3, 7],
    ['conv2/3x3_reduce', 8, 8, 1],
    ['conv2/3x3', 12, 8, 3],
  ];
  const modules = ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'].flatMap((id, i): Layer[] => {
    const inputs = i === 0 ? 12 : 20;
    return [
      [`inception_${id}/1x1`, 4, inputs, 1],
      [`inception_${id}/3x3_reduce`, 4, inputs, 1],
      [`inception_${id}/3x3`, 8, 4, 3],
      [`inception_${id}/5x5_reduce`, 4, inputs, 1],
      [`inception_${id}/5x5`, 4, 4, 5],
      [`inception_${id}/pool_proj`, 4, inputs, 1],
    ];
  });
  const layers: Layer[] = [...stem, ...modules, ['loss3/classifier', 10, 20, 1]];
  const labels = Array.from({ length: 10 }, (_, i) => ({ id: `n${i}`, name: `class ${i}` }));
  return GoogLeNet.load(weightsOf(layers, 9), { labels, placement });
}
