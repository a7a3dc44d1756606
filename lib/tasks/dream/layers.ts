import type { Network } from '../../networks/network.js';
import { badWeight, entriesOf, firstLayerOf, type Layered, type LayerWeights } from '../common/layers.js';
import type { ObjectiveTerm } from './objective.js';

/** Layers to dream at, in the order in which a network's own are looked through. */
const dreamLayers = ['inception_4c/output', 'relu4_3', 'relu3_3'];

/** @throws OneirosError `bad-argument` if the network has none of the layers that are usual */
export function defaultDreamLayers(network: Layered): LayerWeights {
  return firstLayerOf(network, dreamLayers, 'dream at');
}

/**
 * What a dream raises: layers, or single channels as `layer:channel`, with their weights; those below 0 are lowered.
 * @throws OneirosError `bad-argument` for an unknown layer, a weight that is no number, no layers at all
 */
export function objectiveTerms(network: Network, layers: LayerWeights): readonly ObjectiveTerm[] {
  return entriesOf(layers).map(([name, weight]) => {
    if (!Number.isFinite(weight)) throw badWeight(name, weight, 'a number');
    const [, layer, channel] = network.layers.includes(name) ? [] : (/^(.+):(\d+)$/.exec(name) ?? []);
    return layer === undefined
      ? { value: network.layer(name), weight }
      : { value: network.layer(layer), channel: Number(channel), weight };
  });
}
