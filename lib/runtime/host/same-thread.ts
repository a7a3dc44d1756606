import { OneirosError } from '../../base/errors.js';
import type { Reply, Request } from '../protocol/messages.js';
import type { Channel } from './channel.js';

/** The part of an engine that this channel uses. */
interface Answering {
  answer(request: Request): Promise<Reply>;
}

type Guard = (call: () => Promise<Reply>) => Promise<Reply>;

/** A channel to an engine in the calling thread, which each run blocks. */
export class InlineChannel implements Channel {
  #engine: Promise<Answering> | null;

  readonly #guard: Guard;

  /** @param guard wraps each call of native code */
  constructor(engine: Promise<Answering>, guard: Guard = (call) => call()) {
    this.#engine = engine;
    this.#guard = guard;
  }

  get isGone(): boolean {
    return this.#engine === null;
  }

  async ask(request: Request): Promise<Reply> {
    if (this.#engine === null) throw new OneirosError('runtime', 'the session is closed');
    const engine = await this.#engine;
    return this.#guard(() => engine.answer(request));
  }

  post(): void {
    // Every request to an engine has a reply, so there is nothing to post.
  }

  async close(): Promise<void> {
    await this.ask({ kind: 'close' });
    this.#engine = null;
  }
}
