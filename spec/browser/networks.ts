import { GoogLeNet, VGG19 } from '../../lib/networks/classifier/published-classifiers.js';
import type { Placement } from '../../lib/runtime/types.js';
import { random } from '../../lib/tensor/random.js';
import { float32, sizeOf } from '../../lib/tensor/tensor.js';
import type { StoredTensor } from '../../lib/weights/weights.js';

// Networks from this library's builders with seeded weights, so slim that a software GPU runs them in a second.

type Layer = readonly [name: string, outputs: number, inputs: number, kernel: number];

/** Weights with which a layer's outputs are about as large as its inputs (He et al. 2015). */
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

type Widths = readonly [
  one: number,
  reduce3: number,
  three: number,
  reduce5: number,
  five: number,
  projection: number,
];

/** GoogLeNet's layers: the stem, the modules and the classifier. */
function googLeNetLayers(
  stem: readonly [number, number, number],
  modules: Readonly<Record<string, Widths>>,
  classes: number,
): readonly Layer[] {
  const [first, reduce, second] = stem;
  const layers: Layer[] = [
    ['conv1/7x7_s2', first, 3, 7],
    ['conv2/3x3_reduce', reduce, first, 1],
    ['conv2/3x3', second, reduce, 3],
  ];
  let inputs = second;
  for (const [id, [one, reduce3, three, reduce5, five, projection]] of Object.entries(modules)) {
    layers.push(
      [`inception_${id}/1x1`, one, inputs, 1],
      [`inception_${id}/3x3_reduce`, reduce3, inputs, 1],
      [`inception_${id}/3x3`, three, reduce3, 3],
      [`inception_${id}/5x5_reduce`, reduce5, inputs, 1],
      [`inception_${id}/5x5`, five, reduce5, 5],
      [`inception_${id}/pool_proj`, projection, inputs, 1],
    );
    inputs = one + three + five + projection;
  }
  return [...layers, ['loss3/classifier', classes, inputs, 1]];
}

const moduleNames = ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'];

/** All layers of GoogLeNet, with a sixteenth of its channels and ten classes. */
export function slimGoogLeNet(placement: Placement): Promise<GoogLeNet> {
  const modules = Object.fromEntries(moduleNames.map((id): [string, Widths] => [id, [4, 4, 8, 4, 4, 4]]));
  const labels = Array.from({ length: 10 }, (_, i) => ({ id: `n${i}`, name: `class ${i}` }));
  return GoogLeNet.load(weightsOf(googLeNetLayers([8, 8, 12], modules, 10), 9), { labels, placement });
}

/** Weights for a GoogLeNet of its original size, 28 MB. */
export function googLeNetWeights() {
  const modules: Readonly<Record<string, Widths>> = {
    '3a': [64, 96, 128, 16, 32, 32],
    '3b': [128, 128, 192, 32, 96, 64],
    '4a': [192, 96, 208, 16, 48, 64],
    '4b': [160, 112, 224, 24, 64, 64],
    '4c': [128, 128, 256, 24, 64, 64],
    '4d': [112, 144, 288, 32, 64, 64],
    '4e': [256, 160, 320, 32, 128, 128],
    '5a': [256, 160, 320, 32, 128, 128],
    '5b': [384, 192, 384, 48, 128, 128],
  };
  return weightsOf(googLeNetLayers([64, 64, 192], modules, 1000), 9);
}
