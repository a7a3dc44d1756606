import { random } from '../../lib/tensor/random.js';
import { float32, type NumericTensor, sizeOf } from '../../lib/tensor/tensor.js';
import type { CatalogEntry } from '../../lib/weights/catalog/entry.js';
import { writeSafetensors } from '../../lib/weights/formats/safetensors.js';

/** Retries soon, but with timeouts that are long enough for a loaded machine. */
export const hasty = {
  ...{ attempts: 4, backoff: 5, longestWait: 400 },
  ...{ answer: 60_000, idle: 60_000, window: 60_000, slowest: 1 },
};

/** Gives up soon on a server that sends nothing, or too little. */
export const impatient = { ...hasty, answer: 300, idle: 300, window: 200, slowest: 2000 };

/** A catalog entry that exists only in specs. */
export function toyEntry(bytes: number, change: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    name: 'toy',
    title: 'A toy',
    task: 'classify',
    architecture: 'vgg19',
    format: 'pytorch',
    file: 'toy.pth',
    source: { kind: 'download', addresses: ['https://nowhere.invalid/toy.pth'] },
    size: { bytes, exact: true },
    checksum: { kind: 'none', verified: false, from: 'nobody' },
    licence: 'MIT',
    origin: 'this spec',
    preprocessing: 'RGB, 0..1',
    labels: [],
    layers: [],
    accuracy: null,
    ...change,
  };
}

/** Seeded weights of conv1_1 to conv3_1 of a VGG-19 with few channels, and of a much larger fully connected layer. */
export function toyVgg(): Uint8Array {
  const shapes = {
    'conv1_1.weight': [32, 3, 3, 3],
    'conv1_1.bias': [32],
    'conv1_2.weight': [32, 32, 3, 3],
    'conv1_2.bias': [32],
    'conv2_1.weight': [64, 32, 3, 3],
    'conv2_1.bias': [64],
    'fc6.weight': [1000, 784],
    'fc6.bias': [1000],
  } as const;
  const source = random(11);
  const tensors = Object.entries(shapes).map(([name, dims]): [string, NumericTensor] => [
    name,
    float32(
      Float32Array.from({ length: sizeOf(dims) }, () => source.normal() / 8),
      dims,
    ),
  ]);
  return writeSafetensors(new Map(tensors));
}
