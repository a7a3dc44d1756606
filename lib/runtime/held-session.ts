import type { Tensor } from '../tensor/tensor.js';
import type { RunOptions, Session } from './types.js';

/** How to open a session, and what tells it from others. */
export interface Opening {
  readonly key: string;
  readonly open: () => Promise<Session>;
}

/** An open session, and what tells it from others. */
export interface Held {
  readonly key: string;
  readonly session: Session;
}

/**
 * One session at a time, for as many runs as need be. It is opened by the first run, anew for another model, and anew where
 * the last one has ended by an abort or a crash. It holds native memory until it is disposed; a run after that takes it
 * anew.
 */
export class HeldSession implements AsyncDisposable {
  #held: Held | null;
  #last: Promise<unknown> = Promise.resolve();

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
    return this.#next(async () => (await this.#session(opening)).run(feeds, options));
  }

  /** Lets the runs asked for so far finish, then frees everything. */
  dispose(): Promise<void> {
    return this.#next(() => this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** One after the other: a session must not be replaced between its opening and its run. */
  #next<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
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
