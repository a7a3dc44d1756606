import { OneirosError } from '../../base/errors.js';
import type { Network } from '../../networks/network.js';
import type { ObjectiveTerm } from '../dream/objective.js';
import type { WeightedLayer } from '../style/graph.js';

/** Layers by name, with how much each counts. */
export type LayerWeights = Readonly<Record<string, number>>;

/** What layers there are, of a network that need not be loaded for that. */
type Layered = Pick<Network, 'layers'>;

/** Layers to dream at, in the order in which a network's own are looked through. */
const dreamLayers = ['inception_4c/output', 'relu4_3', 'relu3_3'];
/** Gatys et al. (2016) keep conv4_2; what is cut before it, the nearest thing it has. */
const contentLayers = ['relu4_2', 'relu3_2', 'relu2_2'];
const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];

/** @throws OneirosError `bad-argument` if the network has none of the layers that are usual */
export function defaultDreamLayers(network: Layered): LayerWeights {
  return weigh(firstOf(network, dreamLayers, 'dream at'));
}

export function defaultContentLayers(network: Layered): LayerWeights {
  return weigh(firstOf(network, contentLayers, 'take the content from'));
}

export function defaultStyleLayers(network: Layered): LayerWeights {
  const present = styleLayers.filter((name) => network.layers.includes(name));
  if (present.length === 0) throw noDefault('take the style from');
  return weigh(present);
}

function firstOf(network: Layered, names: readonly string[], purpose: string): readonly string[] {
  const found = names.find((name) => network.layers.includes(name));
  if (found === undefined) throw noDefault(purpose);
  return [found];
}

function noDefault(purpose: string): OneirosError {
  return new OneirosError('bad-argument', `this network has no usual layer to ${purpose}; name one`);
}

function weigh(names: readonly string[]): LayerWeights {
  return Object.fromEntries(names.map((name) => [name, 1]));
}

/**
 * Layers of a network with their weights, as values of its graph.
 * @throws OneirosError `bad-argument` for an unknown layer, a weight below 0, no layers at all
 */
export function resolveLayers(network: Network, layers: LayerWeights): readonly WeightedLayer[] {
  return entriesOf(layers).map(([name, weight]) => {
    if (!(weight >= 0)) throw badWeight(name, weight, 'a number of at least 0');
    return { value: network.layer(name), weight };
  });
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

function entriesOf(layers: LayerWeights): readonly (readonly [string, number])[] {
  const entries = Object.entries(layers);
  if (entries.length === 0) throw new OneirosError('bad-argument', 'at least one layer must be named');
  return entries;
}

function badWeight(name: string, weight: number, expected: string): OneirosError {
  return new OneirosError('bad-argument', `the weight of ${name} must be ${expected}, not ${weight}`);
}
