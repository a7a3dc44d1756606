import type { LayerWeights } from '../art/layers.js';

/** More than this nobody looks through. */
const most = 48;
/** What people name when they speak of a network's layers: the outputs of its blocks, activations, else convolutions. */
const telling = [/\/output$|^pool\d|^conv\d/, /(^|[/_.])(relu|pool)/i, /concat|add(_\d+)?$/i, /conv/i];

/**
 * The layers of a network to choose from, in its order: activations where they have names, else whatever there is; of very
 * many, some from all depths.
 */
export function pickableLayers(layers: readonly string[]): readonly string[] {
  const [chosen = layers] = telling
    .map((pattern) => layers.filter((name) => pattern.test(name)))
    .filter((found) => found.length >= 3);
  if (chosen.length <= most) return chosen;
  return Array.from({ length: most }, (_, i) => chosen[Math.floor((i * (chosen.length - 1)) / (most - 1))]!);
}

/** With a layer in, or out if it was in; the last one stays. */
export function toggleLayer(chosen: LayerWeights, name: string): LayerWeights {
  const { [name]: before, ...others } = chosen;
  if (before === undefined) return { ...chosen, [name]: 1 };
  return Object.keys(others).length === 0 ? chosen : others;
}
