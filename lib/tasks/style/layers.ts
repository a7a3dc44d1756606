import type { Network } from '../../networks/network.js';
import {
  badWeight,
  entriesOf,
  firstLayerOf,
  type Layered,
  type LayerWeights,
  noUsualLayer,
} from '../common/layers.js';
import type { WeightedLayer } from './loss-graph.js';
import type { StyleOptions } from './options.js';

/** Gatys et al. (2016) use conv4_2; networks cut before it use the nearest layer. */
const contentLayers = ['relu4_2', 'relu3_2', 'relu2_2'];
const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];

/** @throws OneirosError `bad-argument` if the network has none of the default layers */
export function defaultContentLayers(network: Layered): LayerWeights {
  return firstLayerOf(network, contentLayers, 'take the content from');
}

/** @throws OneirosError `bad-argument` if the network has none of the default layers */
export function defaultStyleLayers(network: Layered): LayerWeights {
  const present = styleLayers.filter((name) => network.layers.includes(name));
  if (present.length === 0) throw noUsualLayer('take the style from');
  return Object.fromEntries(present.map((name) => [name, 1]));
}

/** The layers of a transfer: none for the content if that has no weight. Throws as `resolveLayers` does. */
export function transferLayers(
  network: Network,
  { contentLayers, styleLayers }: Pick<StyleOptions, 'contentLayers' | 'styleLayers'>,
  contentWeight: number,
): { readonly [K in 'content' | 'style']: readonly WeightedLayer[] } {
  return {
    style: resolveLayers(network, styleLayers ?? defaultStyleLayers(network)),
    content: contentWeight > 0 ? resolveLayers(network, contentLayers ?? defaultContentLayers(network)) : [],
  };
}

/**
 * Layers of a network with their weights, as values of its graph.
 * @throws OneirosError `bad-argument` for an unknown layer, a weight below 0, or no layers
 */
function resolveLayers(network: Network, layers: LayerWeights): readonly WeightedLayer[] {
  return entriesOf(layers).map(([name, weight]) => {
    if (!(weight >= 0)) throw badWeight(name, weight, 'a number ≥ 0');
    return { value: network.layer(name), weight };
  });
}
