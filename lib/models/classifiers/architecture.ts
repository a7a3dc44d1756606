import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { Weights } from '../../weights/weights.js';
import { LayerBuilder, type LayerBuilderOptions, type Layers } from './layer-builder.js';
import { loadStages } from './parameters.js';

/** A part of a network that is there as a whole, or not at all where a checkpoint ends before it. */
export interface Stage {
  /** The layers that have parameters: one at the least. */
  readonly learned: readonly string[];
  readonly build: (net: Layers, x: Value) => Value;
}

/** A network as a chain of stages, without its weights. */
export interface Architecture {
  readonly name: string;
  readonly stages: readonly Stage[];
}

export interface BuiltNetwork {
  /** From `image`, 1×3×height×width RGB in [0, 1], to the last layer. */
  readonly model: Model;
  readonly layers: readonly string[];
  /** The last layer, where the weights end before the architecture does; `null` if it is whole. */
  readonly cutAt: string | null;
}

export interface BuildOptions extends Pick<LayerBuilderOptions, 'padding' | 'pooling'> {
  /** Makes of the image what the first stage sees. */
  readonly input: (net: LayerBuilder, image: Value) => Value;
}

/**
 * The graph of an architecture with these weights, as deep as they go.
 * @throws OneirosError `bad-input` if they are another network's, or damaged
 */
export async function buildNetwork(
  { name, stages }: Architecture,
  weights: Weights,
  { input, ...options }: BuildOptions,
): Promise<BuiltNetwork> {
  const parameters = await loadStages(
    weights,
    stages.map((stage) => stage.learned),
    name,
  );
  const present = stages.filter(({ learned }) => learned.every((layer) => parameters.has(layer)));
  const net = new LayerBuilder({ ...options, parameters, network: name });
  const image = net.b.input('image', 'float32', [1, 3, 'height', 'width']);
  const last = present.reduce((x, stage) => stage.build(net, x), input(net, image));
  net.b.output(last);
  return {
    model: net.b.model(),
    layers: net.layers,
    cutAt: present.length < stages.length ? last.name : null,
  };
}
