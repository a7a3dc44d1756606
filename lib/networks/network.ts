import { optionsFor } from '../base/arguments.js';
import { nearest, OneirosError } from '../base/errors.js';
import type { Model } from '../onnx/graph.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement } from '../runtime/types.js';
import type { SessionOptions } from '../runtime/types.js';

/** What every task takes: a graph from a picture to everything that a network makes of it, with its layers by name. */
export interface Network {
  /** What to call it in messages: `GoogLeNet`, or the file's name. */
  readonly name: string;
  /**
   * From the image, a 1×3×height×width tensor of RGB in [0, 1], to the network's results. What the network was trained
   * on (BGR, minus the mean …) is made of that inside the graph.
   */
  readonly model: Model;
  /** The name of the graph's image input. */
  readonly image: string;
  /** Names of the layers from the image on, as the field knows them: `relu4_2`, `inception_4c/output`. */
  readonly layers: readonly string[];
  /** Where it was asked to run; tasks that derive graphs from it run them there, too. @default as ONNX Runtime chooses */
  readonly placement?: Placement | undefined;
  /**
   * The value of the graph that holds a layer.
   * @throws OneirosError `bad-argument` if there is no such layer; the message lists near names
   */
  layer(name: string): string;
}

/** How a task opens its sessions: as its own options say, else as the network does. */
export function sessionFor(
  { placement = {} }: Network,
  given: Placement = {},
  signal?: AbortSignal,
): Omit<SessionOptions, 'transfer'> {
  const known: Placement = optionsFor(placementKinds, given);
  return { ...placement, ...known, ...(signal && { signal }) };
}

/**
 * A layer by its name, or by another spelling of it if only one fits: conv4-2, Conv4_2 and conv42 are conv4_2.
 * @param network what to call the network in the error
 * @throws OneirosError `bad-argument` if there is no such layer; the message lists near names
 */
export function findLayer(layers: readonly string[], name: string, network: string): string {
  if (layers.includes(name)) return name;
  const [found, ...others] = layers.filter((layer) => bare(layer) === bare(name));
  if (found !== undefined && others.length === 0) return found;
  throw new OneirosError(
    'bad-argument',
    `${network} has no layer ${JSON.stringify(name)}; near names: ${nearest(name, layers).join(', ')}`,
  );
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
