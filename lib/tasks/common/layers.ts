import { OneirosError } from '../../base/errors.js';
import type { Network } from '../../networks/network.js';

/** Weights by layer name. */
export type LayerWeights = Readonly<Record<string, number>>;

/** The layers of a network, which need not be loaded. */
export type Layered = Pick<Network, 'layers'>;

/**
 * The first of some layers that a network has, with the weight 1.
 * @throws OneirosError `bad-argument` if it has none of them
 */
export function firstLayerOf(network: Layered, names: readonly string[], purpose: string): LayerWeights {
  const found = names.find((name) => network.layers.includes(name));
  if (found === undefined) throw noUsualLayer(purpose);
  return { [found]: 1 };
}

/** @param purpose the use of the layer, such as "take the style from" */
export function noUsualLayer(purpose: string): OneirosError {
  return new OneirosError('bad-argument', `this network has no default layer to ${purpose}: name one`);
}

/** @throws OneirosError `bad-argument` if there are no layers */
export function entriesOf(layers: LayerWeights): readonly (readonly [string, number])[] {
  const entries = Object.entries(layers);
  if (entries.length === 0) throw new OneirosError('bad-argument', 'there are no layers: name at least one');
  return entries;
}

export function badWeight(name: string, weight: number, expected: string): OneirosError {
  return new OneirosError('bad-argument', `the weight of ${name} must be ${expected}, not ${weight}`);
}
