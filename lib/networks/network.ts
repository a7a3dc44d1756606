import { optionsFor } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { nearest } from '../base/nearest-names.js';
import type { Model } from '../onnx/graph/graph.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement, SessionOptions } from '../runtime/types.js';

/** The input of every task: the graph of a network and the names of its layers. */
export interface Network {
  /** The name in messages: `GoogLeNet`, or the file's name. */
  readonly name: string;
  /**
   * The graph. Its input is the image, a 1×3×height×width tensor of RGB in [0, 1]; preprocessing (BGR, minus the mean
   * …) is part of the graph.
   */
  readonly model: Model;
  /** The name of the graph's image input. */
  readonly image: string;
  /** Names of the layers in order, in their usual spelling: `relu4_2`, `inception_4c/output`. */
  readonly layers: readonly string[];
  /** Where it runs, and also the graphs that tasks derive from it. @default ONNX Runtime's choice */
  readonly placement?: Placement | undefined;
  /**
   * The value of the graph that holds a layer.
   * @throws OneirosError `bad-argument` if there is no such layer; the message lists near names
   */
  layer(name: string): string;
}

/** The options of a task's sessions: those of the task, and the network's placement for all that is not given. */
export function sessionFor(
  { placement = {} }: Network,
  given: Placement = {},
  signal?: AbortSignal,
): Omit<SessionOptions, 'transfer'> {
  const known: Placement = optionsFor(placementKinds, given);
  return { ...placement, ...known, ...(signal && { signal }) };
}

/**
 * Finds a layer by its name, or by another spelling if it is unambiguous: conv4-2, Conv4_2 and conv42 mean conv4_2.
 * @param network the name of the network in the error
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
