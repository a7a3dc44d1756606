import type { Reply, Request } from '../protocol/messages.js';

/** The way to an engine in this thread, another thread or another process. */
export interface Channel {
  /** Whether the engine is gone: closed, killed, or crashed with its thread or process. */
  readonly isGone: boolean;
  /**
   * The engine's answer to a request; one at a time.
   * @param transfer the request's buffers may be moved instead of copied
   * @throws OneirosError `runtime` if the other side is gone or goes meanwhile
   */
  ask(request: Request, transfer: boolean): Promise<Reply>;
  /** Ends the engine at once, in the middle of a run; absent where that would take the host down. */
  kill?(): void;
  /** Frees the engine and ends its thread or process, once it is idle. */
  close(): Promise<void>;
}
