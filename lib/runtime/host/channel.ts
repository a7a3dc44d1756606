import type { Reply, Request } from '../protocol/messages.js';

/** A connection to an engine, or to a task, in this thread, another thread or another process. */
export interface Channel<Q = Request, R = Reply> {
  /** Whether the other side is gone: closed, killed, or crashed with its thread or process. */
  readonly isGone: boolean;
  /**
   * Sends a request and resolves to its reply. Only one request may be pending at a time.
   * @param transfer the request's buffers may be moved instead of copied
   * @throws OneirosError `runtime` if the other side has ended, or ends before it replies
   */
  ask(request: Q, transfer: boolean): Promise<R>;
  /** Sends a request that has no reply; allowed while another one is pending. */
  post(request: Q): void;
  /** Ends the other side at once, even during a run; absent if that would crash the host. */
  kill?(): void;
  /** Frees what the other side holds and ends its thread or process, once it is idle. */
  close(): Promise<void>;
}
