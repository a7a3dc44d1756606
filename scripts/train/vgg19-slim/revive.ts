// Initializes units well, and reinitializes units that died during training.
import type { Image } from '../../../lib/image/image.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Random } from '../../../lib/tensor/random.js';
import { float32, type Float32Tensor } from '../../../lib/tensor/tensor.js';
import { meansOver } from './means.js';
import { buildStudent } from './networks.js';

export type Parameters = ReadonlyMap<string, Float32Tensor>;

/** A unit that is active at a smaller share of the positions than this counts as dead: it no longer learns. */
const minActivity = 0.004;

/**
 * Replaces dead units (`dead`) or all units (`all`) with new ones. New weights are random, and scaled so that on the
 * pictures the values before the ReLU have mean 0.3 and standard deviation 1. The weights that read a new unit start at
 * zero, so that the network computes the same as before; their gradients are not zero.
 * @param learned weights and biases of the student's convolutions, and lifts, which are changed accordingly
 */
export async function revived(
  learned: Parameters,
  which: 'all' | 'dead',
  pictures: readonly Image[],
  random: Random,
): Promise<{ readonly parameters: Parameters; readonly count: number }> {
  const parameters = new Map(
    Array.from(learned, ([name, { data, dims }]) => [name, float32(data.slice(), dims)] as const),
  );
  const layers = [...parameters.keys()].flatMap((name) => /^(conv.*)\.weight$/.exec(name)?.[1] ?? []);
  const activity = which === 'all' ? null : await statistics(parameters, layers, pictures);
  let count = 0;
  for (const [i, layer] of layers.entries()) {
    const weight = parameters.get(`${layer}.weight`)!;
    const units = Array.from({ length: weight.dims[0]! }, (_, unit) => unit).filter(
      (unit) => activity === null || activity.get(layer)!.active[unit]! < minActivity,
    );
    if (units.length === 0) continue;
    count += units.length;
    const inputs = weight.data.length / weight.dims[0]!;
    const bias = parameters.get(`${layer}.bias`)!;
    for (const unit of units) {
      for (let k = unit * inputs; k < (unit + 1) * inputs; k++) weight.data[k] = random.normal();
      bias.data[unit] = 0;
    }
    const { mean, deviation } = (await statistics(parameters, [layer], pictures)).get(layer)!;
    for (const unit of units) {
      const scale = 1 / Math.max(deviation[unit]!, 1e-6);
      for (let k = unit * inputs; k < (unit + 1) * inputs; k++) weight.data[k]! *= scale;
      bias.data[unit] = 0.3 - mean[unit]! * scale;
    }
    if (activity === null) continue;
    const next = layers[i + 1];
    silence(parameters.get(`lift/${layer.replace('conv', 'relu')}.weight`), units);
    if (next !== undefined) silence(parameters.get(`${next}.weight`), units);
  }
  return { parameters, count };
}

/** Sets the weights of a layer with dims [outputs, inputs, …] for some inputs to zero. */
function silence(weight: Float32Tensor | undefined, inputs: readonly number[]): void {
  if (weight === undefined) return;
  const [outputs = 0, width = 0] = weight.dims;
  const kernel = weight.data.length / (outputs * width);
  for (let output = 0; output < outputs; output++)
    for (const input of inputs)
      weight.data.fill(0, (output * width + input) * kernel, (output * width + input + 1) * kernel);
}

/** Statistics of each unit over all positions of all pictures. */
interface Statistics {
  /** Before the ReLU. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** The share of positions at which it is above zero. */
  readonly active: Float64Array;
}

async function statistics(
  parameters: Parameters,
  layers: readonly string[],
  pictures: readonly Image[],
): Promise<ReadonlyMap<string, Statistics>> {
  const own = new Map([...parameters].filter(([name]) => name.startsWith('conv')));
  const { model } = await buildStudent(own);
  const b = Builder.from(model.graph);
  for (const layer of layers) {
    const value = b.value(layer);
    const over = (of: typeof value, name: string) => b.output(b.mean(of, [0, 2, 3], false), name);
    over(value, `mean of ${layer}`);
    over(b.square(value), `square of ${layer}`);
    over(b.cast(b.greater(value, 0), 'float32'), `active of ${layer}`);
  }
  const sums = await meansOver(b.model(), pictures);
  return new Map(
    layers.map((layer) => {
      const mean = sums.get(`mean of ${layer}`)!;
      const square = sums.get(`square of ${layer}`)!;
      const deviation = mean.map((value, i) => Math.sqrt(Math.max(0, square[i]! - value * value)));
      return [layer, { mean, deviation, active: sums.get(`active of ${layer}`)! }];
    }),
  );
}
