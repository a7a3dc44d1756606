import { findLayer, type Network } from '../../networks/network.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import { modelBytes } from '../../runtime/host/model-bytes.js';
import type { NetworkData } from './tasks.js';

/** A network as data that can be sent. Of its graph, only the part that computes the given values is sent. */
export async function packNetwork(network: Network, values: readonly string[]): Promise<NetworkData> {
  const { name, model, image, layers } = network;
  return {
    name,
    model: await modelBytes(extractSubgraph(model, [image], [...new Set(values)])),
    image,
    layers: layers.map((layer) => [layer, network.layer(layer)] as const),
  };
}

/** The network from the data that {@link packNetwork} made. */
export function unpackNetwork({ name, model, image, layers }: NetworkData): Network {
  const values = new Map(layers);
  const names = [...values.keys()];
  return {
    name,
    model: decodeModel(model),
    image,
    layers: names,
    layer: (layer) => values.get(findLayer(names, layer, name)) ?? layer,
  };
}
