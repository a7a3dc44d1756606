import type { Reply, Request } from '../protocol/messages.js';

/** The way to an engine, or to a task, in this thread, another thread or another process. */
export interface Channel<Q = Request, R = Reply> {
  /** Whether the other side is gone: closed, killed, or crashed with its thread or process. */
  readonly isGone: boolean;
  /**
   * The other side's answer to a request; one at a time.
   * @param transfer the request's buffers may be moved instead of copied
   * @throws OneirosError `runtime` if the other side is gone or goes meanwhile
   */
  ask(request: Q, transfer: boolean): Promise<R>;
  /** Sends a request that has no answer, also while another one is pending. */
  post(request: Q): void;
  /** Ends the other side at once, in the middle of a run; absent where that would take the host down. */
  kill?(): void;
  /** Frees what the other side holds and ends its thread or process, once it is idle. */
  close(): Promise<void>;
}
