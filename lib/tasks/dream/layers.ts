import type { Network } from '../../networks/network.js';
import { badWeight, entriesOf, firstLayerOf, type Layered, type LayerWeights } from '../common/layers.js';
import type { ObjectiveTerm } from './objective.js';

/** Default layers; a network uses the first that it has. */
const dreamLayers = ['inception_4c/output', 'relu4_3', 'relu3_3'];

/** @throws OneirosError `bad-argument` if the network has none of the default layers */
export function defaultDreamLayers(network: Layered): LayerWeights {
  return firstLayerOf(network, dreamLayers, 'dream at');
}

/**
 * The terms of a dream's objective: layers, or single channels as `layer:channel`, with their weights. A negative
 * weight lowers the activations.
 * @throws OneirosError `bad-argument` for an unknown layer, a weight that is not a finite number, or no layers
 */
export function objectiveTerms(network: Network, layers: LayerWeights): readonly ObjectiveTerm[] {
  return entriesOf(layers).map(([name, weight]) => {
    if (!Number.isFinite(weight)) throw badWeight(name, weight, 'a finite number');
    const [, layer, channel] = network.layers.includes(name) ? [] : (/^(.+):(\d+)$/.exec(name) ?? []);
    return layer === undefined
      ? { value: network.layer(name), weight }
      : { value: network.layer(layer), channel: Number(channel), weight };
  });
}
