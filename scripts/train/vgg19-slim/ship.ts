// Converts learned weights to the shipped file, with normalized scales and the usual names.
import type { Image } from '../../../lib/image/image.js';
import { buildNetwork } from '../../../lib/models/classifiers/architecture.js';
import { vgg19 } from '../../../lib/models/classifiers/vgg19.js';
import { batched } from '../../../lib/models/input/batched.js';
import { preprocessings } from '../../../lib/models/input/preprocessing.js';
import { writeNetworkMetadata } from '../../../lib/models/metadata.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { float32, type Float32Tensor } from '../../../lib/tensor/tensor.js';
import { meansOver } from './means.js';
import { asWeights, buildStudent, type Lift } from './networks.js';

type Parameters = ReadonlyMap<string, Float32Tensor>;

/** The student's parameters, without those that only the training needs. */
export function studentOf(learned: Parameters): Parameters {
  return new Map([...learned].filter(([name]) => name.startsWith('conv')));
}

export function liftsOf(learned: Parameters): ReadonlyMap<string, Lift> {
  const layers = [...learned.keys()].flatMap((name) => /^lift\/(.*)\.weight$/.exec(name)?.[1] ?? []);
  return new Map(
    layers.map((layer) => [
      layer,
      { weight: learned.get(`lift/${layer}.weight`)!, bias: learned.get(`lift/${layer}.bias`)! },
    ]),
  );
}

/**
 * Rescales the channels without changing the network's function: between ReLUs the scale of a channel is free. Here it
 * is the channel's weight in the real network's features (the length of its column of the lift), so that Gram matrices
 * weight channels like the real network's; and the mean activation of a layer on photographs is 1 (Gatys et al. 2016),
 * so that layers are comparable.
 */
export async function rescaled(learned: Parameters, photographs: readonly Image[]): Promise<Parameters> {
  const parameters = studentOf(learned);
  const means = await meanActivations(parameters, photographs);
  const result = new Map<string, Float32Tensor>();
  let before: readonly number[] = [1, 1, 1];
  for (const [layer, lift] of liftsOf(learned)) {
    const counts = columnLengths(lift.weight);
    const level = counts.reduce((sum, count, i) => sum + count * means.get(layer)![i]!, 0) / counts.length;
    const scales = counts.map((count) => count / level);
    const name = layer.replace('relu', 'conv');
    const { data, dims } = parameters.get(`${name}.weight`)!;
    const [outputs = 1, inputs = 1] = dims;
    const kernel = data.length / (outputs * inputs);
    const weight = data.map(
      (value, i) =>
        (value * scales[Math.floor(i / (inputs * kernel))]!) / before[Math.floor(i / kernel) % inputs]!,
    );
    const bias = parameters.get(`${name}.bias`)!.data.map((value, i) => value * scales[i]!);
    result.set(`${name}.weight`, float32(weight, dims)).set(`${name}.bias`, float32(bias));
    before = scales;
  }
  return result;
}

function columnLengths({ data, dims: [rows = 0, columns = 0] }: Float32Tensor): readonly number[] {
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * columns + column]! ** 2;
    return Math.sqrt(sum);
  });
}

/** The mean of each channel of each ReLU over all pictures. */
async function meanActivations(
  parameters: Parameters,
  photographs: readonly Image[],
): Promise<ReadonlyMap<string, Float64Array>> {
  const { model, layers } = await buildStudent(parameters);
  const b = Builder.from(model.graph);
  const relus = layers.filter((layer) => layer.startsWith('relu'));
  for (const layer of relus) b.output(b.mean(b.value(layer), [0, 2, 3], false), `mean/${layer}`);
  const means = await meansOver(b.model(), photographs);
  return new Map(relus.map((layer) => [layer, means.get(`mean/${layer}`)!]));
}

/** The ONNX file: from the input of torchvision's VGG-19 to relu5_1; each layer is a value with its usual name. */
export async function shipped(parameters: Parameters): Promise<Model> {
  const { model } = await buildNetwork(vgg19, asWeights(parameters), {
    input: (_, image) => image,
    padding: 'zero',
    pooling: 'max',
  });
  return {
    ...batched(model, 'image'),
    metadata: new Map([
      ['title', 'vgg19-slim: VGG-19 at a quarter of its widths, to relu5_1'],
      ...writeNetworkMetadata({ input: preprocessings.imagenet }),
      ['licence', 'MIT'],
    ]),
  };
}
