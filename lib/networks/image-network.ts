import { check, type OptionKinds } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';
import { own } from '../base/own.js';
import { type Image, toTensor } from '../image/image.js';
import type { Model } from '../onnx/graph/graph.js';
import { extractSubgraph } from '../onnx/passes/extract.js';
import { HeldSession } from '../runtime/held-session.js';
import { openModel } from '../runtime/open-model.js';
import type { Placement, Session } from '../runtime/types.js';
import type { Float32Tensor, Tensor } from '../tensor/tensor.js';
import { findLayer, type Network } from './network.js';

export interface NetworkParts {
  readonly name: string;
  readonly model: Model;
  readonly image: string;
  readonly layers: readonly string[];
  readonly cutAt?: string | null;
  /** Notes about what was recognized or assumed when the network was loaded, one line each. */
  readonly notes?: readonly string[];
  readonly placement?: Placement | undefined;
}

export interface RunSettings {
  readonly signal?: AbortSignal | undefined;
}

export const runSettingsKinds: OptionKinds<RunSettings> = { signal: kind.signal };

/**
 * A network that can run. From the first run until it is disposed (`await using`), it holds native memory: one session
 * for the values requested last. If an abort or a crash ended the session's process, the next run opens a new session.
 */
export class ImageNetwork implements Network, AsyncDisposable {
  readonly name: string;
  readonly model: Model;
  readonly image: string;
  readonly layers: readonly string[];
  /** The last layer if the weights end before the architecture does; `null` if the network is complete. */
  readonly cutAt: string | null;
  /** Notes about what was recognized or assumed when the network was loaded, one line each. */
  readonly notes: readonly string[];
  readonly placement: Placement;
  readonly #session = new HeldSession();

  constructor(parts: NetworkParts) {
    check('new Network', { parts: [parts, kind.parts] });
    const { name, model, image, layers, cutAt = null, notes = [], placement = {} } = parts;
    this.name = name;
    this.model = model;
    this.image = image;
    this.layers = layers;
    this.cutAt = cutAt;
    this.notes = notes;
    this.placement = placement;
  }

  layer(name: string): string {
    check('Network.layer', { name: [name, kind.text] });
    return findLayer(this.layers, name, this.name);
  }

  /**
   * The results of layers for a picture, by the given names: usually 1×channels×height×width, or 1×classes for a head.
   * @throws OneirosError `bad-argument` for an unknown layer; as `Session.run` does
   */
  async features(
    image: Image,
    layers: readonly string[],
    options: RunSettings = {},
  ): Promise<Record<string, Tensor>> {
    check(
      'Network.features',
      { image: [image, kind.image], layers: [layers, kind.texts] },
      options,
      runSettingsKinds,
    );
    const { signal } = options;
    const values = layers.map((name) => this.layer(name));
    const results = await this.run(values, toTensor(image), signal);
    return Object.fromEntries(layers.map((name, i) => [name, own(results, values[i]!)!]));
  }

  /** Computes values of the graph, running only the nodes that they need. */
  protected run(
    values: readonly string[],
    image: Float32Tensor,
    signal?: AbortSignal,
  ): Promise<Record<string, Tensor>> {
    const wanted = [...new Set(values)].sort();
    const opening = { key: JSON.stringify(wanted), open: () => this.#open(wanted) };
    return this.#session.run(opening, { [this.image]: image }, signal === undefined ? {} : { signal });
  }

  /** Frees the native memory after all pending runs. A later run allocates it again. */
  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Changes a model before it is opened, for subclasses. */
  protected prepare(model: Model): Model {
    return model;
  }

  async #open(values: readonly string[]): Promise<Session> {
    const model = extractSubgraph(this.model, [], values);
    return openModel(this.prepare(model), this.placement);
  }
}
