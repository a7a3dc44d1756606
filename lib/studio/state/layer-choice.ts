import type { LayerWeights } from '../../tasks/common/layers.js';

/** More layers than this would be too many to choose from. */
const maxLayers = 48;
/** The layers that people usually name, in order of preference: ends of blocks, activations, joins, convolutions. */
const conventions: readonly { readonly mark: RegExp; readonly named: RegExp }[] = [
  { mark: /\/output$/, named: /\/output$|^pool\d|^conv\d/ },
  { mark: /(^|[/_.])relu/i, named: /(^|[/_.])(relu|pool)/i },
  { mark: /concat|add(_\d+)?$/i, named: /concat|add(_\d+)?$/i },
  { mark: /conv/i, named: /conv/i },
];

/**
 * The layers of a network to choose from, in its order: those that people usually name, otherwise all; if there are too
 * many, a selection from all depths.
 */
export function pickableLayers(layers: readonly string[]): readonly string[] {
  const convention = conventions.find(({ mark }) => layers.filter((name) => mark.test(name)).length >= 2);
  const chosen = convention === undefined ? layers : layers.filter((name) => convention.named.test(name));
  if (chosen.length <= maxLayers) return chosen;
  return Array.from(
    { length: maxLayers },
    (_, i) => chosen[Math.floor((i * (chosen.length - 1)) / (maxLayers - 1))]!,
  );
}

/** Adds a layer, or removes it if it was chosen; the last one is not removed. */
export function toggleLayer(chosen: LayerWeights, name: string): LayerWeights {
  if (!Object.hasOwn(chosen, name)) return { ...chosen, [name]: 1 };
  const others = Object.entries(chosen).filter(([layer]) => layer !== name);
  return others.length === 0 ? chosen : Object.fromEntries(others);
}
