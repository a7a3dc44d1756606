import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Model } from '../../onnx/graph/graph.js';
import { float32, type Float32Tensor, sizeOf, type Tensor } from '../../tensor/tensor.js';

/** Trained weights and running statistics, by name. */
export type LearnedWeights = ReadonlyMap<string, Float32Tensor>;

interface Slot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Some of a model's weights, concatenated in one array, as optimizers expect them. */
export class ParameterVector {
  readonly values: Float32Array;
  readonly #slots: readonly Slot[];

  /** @throws OneirosError `bad-argument` for a name that is not a float32 constant of the model */
  constructor(model: Model, names: readonly string[]) {
    let length = 0;
    const tensors = names.map((name) => weightOf(model, name));
    this.#slots = tensors.map(({ dims }, i) => {
      const begin = length;
      length += sizeOf(dims);
      return { name: names[i]!, dims, begin, end: length };
    });
    this.values = new Float32Array(length);
    tensors.forEach(({ data }, i) => this.values.set(data, this.#slots[i]!.begin));
  }

  /** The weights as tensors that are views of this memory. */
  views(): LearnedWeights {
    return new Map(
      this.#slots.map(({ name, dims, begin, end }) => [
        name,
        float32(this.values.subarray(begin, end), dims),
      ]),
    );
  }

  /** Adds `share` times the tensor of each name to `target`, which has the layout of these weights. */
  add(target: Float32Array, partOf: (name: string) => Tensor | undefined, share: number): void {
    for (const { name, begin, end } of this.#slots) {
      const part = partOf(name);
      if (part?.dtype !== 'float32' || part.data.length !== end - begin)
        throw new OneirosError('runtime', `the training graph returned no value of the size of "${name}"`);
      const { data } = part;
      for (let i = 0; i < data.length; i++) target[begin + i]! += share * data[i]!;
    }
  }

  /**
   * Sets the weights by name.
   * @throws OneirosError `bad-input` if one is missing or has another size
   */
  restore(weights: LearnedWeights): void {
    for (const { name, dims, begin } of this.#slots) {
      const weight = weights.get(name);
      if (weight?.dims.join() !== dims.join())
        throw new OneirosError(
          'bad-input',
          `the saved "${name}" is ${weight ? `[${weight.dims.join(', ')}]` : 'missing'}, but the model's is [${dims.join(', ')}]`,
        );
      this.values.set(weight.data, begin);
    }
  }
}

function weightOf({ graph }: Model, name: string): Float32Tensor {
  const weight = graph.initializers.get(name);
  if (weight?.dtype === 'float32') return weight;
  const what = weight === undefined ? 'the model has no constant of this name' : `it is ${weight.dtype}`;
  throw new OneirosError(
    'bad-argument',
    `"${name}" cannot be trained: ${what}; weights are float32 constants`,
  );
}

/**
 * The model with its weights replaced by name.
 * @throws OneirosError `bad-argument` for a weight that the model does not have, or has in another shape
 */
export function trained(model: Model, weights: LearnedWeights): Model {
  check('trained', { model: [model, kind.model], weights: [weights, kind.map] });
  const initializers = new Map(model.graph.initializers);
  for (const [name, weight] of weights) {
    const { dims } = weightOf(model, name);
    if (dims.join() !== weight.dims.join())
      throw new OneirosError(
        'bad-argument',
        `"${name}" is [${dims.join(', ')}] in the model, but [${weight.dims.join(', ')}] in the given weights`,
      );
    initializers.set(name, weight);
  }
  return { ...model, graph: { ...model.graph, initializers } };
}
