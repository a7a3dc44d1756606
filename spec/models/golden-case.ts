import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { gradientName } from '../../lib/autodiff/names.js';
import { type Image, image } from '../../lib/image/image.js';
import type { Classifier } from '../../lib/networks/classifier/classifier.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { openSession } from '../../lib/runtime/session.js';
import { random } from '../../lib/tensor/random.js';
import { float32, type NumericTensor, sizeOf, type Tensor } from '../../lib/tensor/tensor.js';
import { writeSafetensors } from '../../lib/weights/formats/safetensors.js';

/** Evenly spaced elements of a tensor that PyTorch computed. */
export interface Sample {
  readonly dims: readonly number[];
  readonly stride: number;
  readonly values: readonly number[];
  /** The largest magnitude of all elements. */
  readonly largest: number;
}

/** The results that scripts/reference/models.py writes for one network and one size of picture. */
export interface GoldenCase {
  readonly name: string;
  readonly network: 'vgg19' | 'googlenet' | 'squeezenet';
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  readonly options: { readonly preprocessing?: 'caffe'; readonly pooling?: 'average' };
  /** The seed of the picture. */
  readonly seed: number;
  readonly height: number;
  readonly width: number;
  readonly layers: Readonly<Record<string, Sample>>;
  /** Gradients with respect to the image, by the layer whose activation is the cotangent. */
  readonly gradients: Readonly<Record<string, Sample>>;
}

export function readCases(path: string): readonly GoldenCase[] {
  const parse: (text: string) => readonly GoldenCase[] = JSON.parse;
  return parse(readFileSync(path, 'utf8'));
}

/** The script's weights, from the same random generator, as a safetensors file. */
export function drawWeights(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array {
  const source = random(2);
  const tensors = Object.entries(shapes).map(([name, dims]): [string, NumericTensor] => {
    const scale = dims.length > 1 ? Math.sqrt(24 / sizeOf(dims.slice(1))) : 1;
    const data = Float32Array.from({ length: sizeOf(dims) }, () => (source.uniform() - 0.5) * scale);
    return [name, float32(data, dims)];
  });
  return writeSafetensors(new Map(tensors));
}

/** The script's picture of noise. */
export function noise({ width, height, seed }: Pick<GoldenCase, 'width' | 'height' | 'seed'>): Image {
  const source = random(seed);
  const data = Float32Array.from({ length: 3 * width * height }, () => source.uniform());
  return image({ width, height }, data);
}

/** The maximum difference, relative to the largest element. */
export function errorOf(actual: Tensor | undefined, expected: Sample): number {
  if (actual?.dtype !== 'float32')
    return expect.fail(`float32 was expected, not ${actual?.dtype ?? 'nothing'}`);
  expect(actual.dims).to.deep.equal(expected.dims);
  const differences = expected.values.map((value, i) =>
    Math.abs(value - (actual.data[i * expected.stride] ?? NaN)),
  );
  return Math.max(...differences) / expected.largest;
}

/** The gradient with respect to the image, with a layer's activation as the layer's cotangent. */
export async function ownGradient(
  network: Classifier,
  layer: string,
  size: GoldenCase,
): Promise<Tensor | undefined> {
  const picture = noise(size);
  const value = network.layer(layer);
  const features = await network.features(picture, [layer]);
  const model = grad(network.model, { outputs: [value], wrt: [network.image], keepOutputs: [] });
  await using session = await openSession(encodeModel(model), { isolation: 'none' });
  const results = await session.run({
    [network.image]: float32(picture.data, [1, 3, size.height, size.width]),
    [gradientName(value)]: features[layer]!,
  });
  return results[gradientName(network.image)];
}
