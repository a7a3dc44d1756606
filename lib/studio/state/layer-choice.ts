import type { LayerWeights } from '../../tasks/common/layers.js';

/** More than this nobody looks through. */
const most = 48;
/** What people name when they speak of a network's layers, where it has such: the ends of its blocks, activations, else … */
const habits: readonly { readonly mark: RegExp; readonly named: RegExp }[] = [
  { mark: /\/output$/, named: /\/output$|^pool\d|^conv\d/ },
  { mark: /(^|[/_.])relu/i, named: /(^|[/_.])(relu|pool)/i },
  { mark: /concat|add(_\d+)?$/i, named: /concat|add(_\d+)?$/i },
  { mark: /conv/i, named: /conv/i },
];

/**
 * The layers of a network to choose from, in its order: those that have a name people use, else whatever there is; of very
 * many, some from all depths.
 */
export function pickableLayers(layers: readonly string[]): readonly string[] {
  const habit = habits.find(({ mark }) => layers.filter((name) => mark.test(name)).length >= 2);
  const chosen = habit === undefined ? layers : layers.filter((name) => habit.named.test(name));
  if (chosen.length <= most) return chosen;
  return Array.from({ length: most }, (_, i) => chosen[Math.floor((i * (chosen.length - 1)) / (most - 1))]!);
}

/** With a layer in, or out if it was in; the last one stays. */
export function toggleLayer(chosen: LayerWeights, name: string): LayerWeights {
  if (!Object.hasOwn(chosen, name)) return { ...chosen, [name]: 1 };
  const others = Object.entries(chosen).filter(([layer]) => layer !== name);
  return others.length === 0 ? chosen : Object.fromEntries(others);
}
