import type { ClosedReply, CloseRequest, FailedReply } from './messages.js';

/** A request from the host to a worker that runs a task: a computation in steps, with sessions in the same thread. */
export type TaskRequest<I> =
  | { readonly kind: 'start'; readonly input: I }
  /** Computes the next step. */
  | { readonly kind: 'step' }
  /**
   * Ends the task before its next step. Has no reply, and is the only request that may be sent while another is
   * pending.
   */
  | { readonly kind: 'abort' }
  /** Frees the task's sessions, and ends the worker. */
  | CloseRequest;

/** A reply from the worker. */
export type TaskReply<S> =
  | { readonly kind: 'started' }
  /** A step, whose buffers are handed over. */
  | { readonly kind: 'step'; readonly step: S }
  | { readonly kind: 'done' }
  | FailedReply
  | ClosedReply;
