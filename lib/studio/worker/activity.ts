import { type Planes, planes } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { Builder } from '../../onnx/builder/builder.js';
import type { Model } from '../../onnx/graph/graph.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import type { Tensor } from '../../tensor/tensor.js';

/** A graph that computes how active layers are at each position. */
export interface ActivityGraph {
  /** Each output is the mean over the channels of a layer's absolute values, 1×1×height×width. */
  readonly model: Model;
  readonly layers: readonly { readonly layer: string; readonly output: string; readonly channels: number }[];
}

/**
 * The graph for a network's layers, without those that are not maps. Its outputs have one channel each, about a
 * hundredth of the activations' size.
 */
export function activityGraph(network: Network, layers: readonly string[]): ActivityGraph {
  const b = Builder.from(network.model.graph);
  const maps = layers.flatMap((layer) => {
    const x = b.value(network.layer(layer));
    const [, channels, ...sides] = x.type?.shape ?? [];
    if (x.type?.dtype !== 'float32' || sides.length !== 2) return [];
    const map = b.mean(b.abs(x), [1]);
    b.output(map);
    return [{ layer, output: map.name, channels: typeof channels === 'number' ? channels : 0 }];
  });
  const outputs = maps.map(({ output }) => output);
  return {
    model: extractSubgraph({ ...b.model(), metadata: network.model.metadata }, [], outputs),
    layers: maps,
  };
}

/** Scales a map to [0, 1]; a constant map becomes ½. `null` if the tensor is not a map. */
export function normalized(map: Tensor | undefined): Planes<1> | null {
  const [, , height = 0, width = 0] = map?.dims ?? [];
  if (map?.dtype !== 'float32' || height * width === 0) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const value of map.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low;
  const values = map.data.map((value) => (span > 0 ? (value - low) / span : 0.5));
  return planes(1, { width, height }, values);
}
