import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { Weights } from '../../weights/weights.js';
import { LayerBuilder, type LayerBuilderOptions, type Layers } from './layer-builder.js';
import { loadStages } from './parameters.js';

/** A part of a network that is built completely, or left out if the checkpoint ends before it. */
export interface Stage {
  /** The layers that have parameters: at least one. */
  readonly learned: readonly string[];
  readonly build: (net: Layers, x: Value) => Value;
}

/** A network as a chain of stages, without its weights. */
export interface Architecture {
  readonly name: string;
  readonly stages: readonly Stage[];
}

export interface BuiltNetwork {
  /** Input `image`, 1×3×height×width RGB in [0, 1]; its output is the last layer. */
  readonly model: Model;
  readonly layers: readonly string[];
  /** The last layer if the weights end before the architecture does; `null` if the network is complete. */
  readonly cutAt: string | null;
}

export interface BuildOptions extends Pick<LayerBuilderOptions, 'padding' | 'pooling'> {
  /** Adds the nodes from the image to the input of the first stage. */
  readonly input: (net: LayerBuilder, image: Value) => Value;
}

/**
 * Builds the graph of an architecture, up to the last stage that has all its weights.
 * @throws OneirosError `bad-input` if the weights are damaged or belong to another network
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
