import { SerialQueue } from '../base/serial-queue.js';
import type { Tensor } from '../tensor/tensor.js';
import type { RunOptions, Session } from './types.js';

/** How to open a session, and the key that identifies it. */
export interface Opening {
  readonly key: string;
  readonly open: () => Promise<Session>;
}

/** An open session, and the key that identifies it. */
export interface Held {
  readonly key: string;
  readonly session: Session;
}

/**
 * Keeps one session open for many runs. The first run opens it; a run of another model, or a run after an abort or a
 * crash, opens a new one. The session holds native memory until it is disposed; a later run opens another.
 */
export class HeldSession implements AsyncDisposable {
  #held: Held | null;
  // A session must not be replaced between its opening and its run.
  readonly #queue = new SerialQueue();

  /** @param held a session that is open already */
  constructor(held: Held | null = null) {
    this.#held = held;
  }

  /** Runs queue up. @throws OneirosError as `openSession` and `Session.run` do */
  run(
    opening: Opening,
    feeds: Readonly<Record<string, Tensor>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    return this.#queue.add(async () => (await this.#session(opening)).run(feeds, options));
  }

  /** Waits for the queued runs, then frees everything. */
  dispose(): Promise<void> {
    return this.#queue.add(() => this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #session({ key, open }: Opening): Promise<Session> {
    if (this.#held?.key === key && !this.#held.session.closed) return this.#held.session;
    await this.#close();
    const session = await open();
    this.#held = { key, session };
    return session;
  }

  async #close(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.session.dispose();
  }
}
