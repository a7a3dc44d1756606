import { OneirosError } from '../../base/errors.js';
import type { Network } from '../../networks/network.js';

/** Layers by name, with how much each counts. */
export type LayerWeights = Readonly<Record<string, number>>;

/** What layers there are, of a network that need not be loaded for that. */
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

/** @param purpose what a layer was wanted for, as "take the style from" */
export function noUsualLayer(purpose: string): OneirosError {
  return new OneirosError('bad-argument', `this network has no usual layer to ${purpose}; name one`);
}

/** @throws OneirosError `bad-argument` for no layers at all */
export function entriesOf(layers: LayerWeights): readonly (readonly [string, number])[] {
  const entries = Object.entries(layers);
  if (entries.length === 0) throw new OneirosError('bad-argument', 'at least one layer must be named');
  return entries;
}

export function badWeight(name: string, weight: number, expected: string): OneirosError {
  return new OneirosError('bad-argument', `the weight of ${name} must be ${expected}, not ${weight}`);
}
