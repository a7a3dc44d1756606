import { OneirosError } from '../../base/errors.js';
import type { Reply, Request } from '../protocol/messages.js';
import type { Engine } from '../worker/engine.js';
import type { Channel } from './channel.js';

/** A channel to an engine in this very thread, which each run blocks. */
export class InlineChannel implements Channel {
  #engine: Promise<Engine> | null;

  constructor(engine: Promise<Engine>) {
    this.#engine = engine;
  }

  get isGone(): boolean {
    return this.#engine === null;
  }

  async ask(request: Request): Promise<Reply> {
    if (this.#engine === null) throw new OneirosError('runtime', 'the session is closed');
    return (await this.#engine).answer(request);
  }

  async close(): Promise<void> {
    await this.ask({ kind: 'close' });
    this.#engine = null;
  }
}
