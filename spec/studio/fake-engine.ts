import { OneirosError } from '../../lib/base/errors.js';
import type { Context } from '../../lib/studio/actions/context.js';
import type { Engine, Running } from '../../lib/studio/actions/engine.js';
import type { KeptNetwork, ModelStore } from '../../lib/studio/state/model-store.js';
import type { CallName, Calls, PaintCommand, PictureInfo } from '../../lib/studio/state/protocol.js';
import { initialState } from '../../lib/studio/state/state.js';
import { Store } from '../../lib/studio/state/store.js';

type Handler<K extends CallName> = (
  ask: Calls[K]['ask'],
  progress: (progress: Calls[K]['progress']) => void,
) => Promise<Calls[K]['answer']> | Calls[K]['answer'];
type Handlers = { readonly [K in CallName]?: Handler<K> };

/** An engine with given handlers, which records calls and commands. */
export class FakeEngine implements Engine {
  readonly asked: CallName[] = [];
  readonly sent: PaintCommand[] = [];

  constructor(readonly handlers: Handlers) {}

  call<K extends CallName>(
    kind: K,
    ask: Calls[K]['ask'],
    onProgress: (progress: Calls[K]['progress']) => void = () => undefined,
  ): Running<K> {
    this.asked.push(kind);
    const handler: Handlers[K] = this.handlers[kind];
    const answer = Promise.resolve().then(() => {
      if (handler === undefined) throw new Error(`unexpected call: ${kind}`);
      return handler(ask, onProgress);
    });
    answer.catch(() => undefined);
    return { answer, send: (command) => this.sent.push(command) };
  }
}

/** A store with room for a number of networks. */
export class FakeModelStore implements ModelStore {
  readonly kept = new Map<string, KeptNetwork>();

  constructor(readonly room = Infinity) {}

  list() {
    return Promise.resolve([...this.kept.values()]);
  }

  async keep(network: KeptNetwork) {
    await settle();
    if (this.kept.size >= this.room) throw new OneirosError('too-large', 'your browser has no room for it');
    this.kept.set(network.name, network);
  }

  remove(name: string) {
    this.kept.delete(name);
    return Promise.resolve();
  }
}

export function contextWith(engine: Engine, modelStore: ModelStore = new FakeModelStore()): Context {
  return { store: new Store(initialState()), engine, modelStore, painting: null };
}

/** An empty picture that records whether its preview was freed. */
export function fakePicture(id: number): PictureInfo & { readonly freed: () => boolean } {
  let freed = false;
  const preview = { width: 8, height: 6, close: () => (freed = true) };
  return { id, width: 8, height: 6, preview, freed: () => freed };
}

/** A promise with the functions that settle it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

/** Runs all pending promise callbacks. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
