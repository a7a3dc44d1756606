import type { ClosedReply, CloseRequest, FailedReply } from './messages.js';

/** What the host asks of a worker that runs a task: a computation in steps, beside its own sessions. */
export type TaskRequest<I> =
  | { readonly kind: 'start'; readonly input: I }
  /** Computes the next step. */
  | { readonly kind: 'step' }
  /** Ends the task before its next step. The only request that may come before the last one is answered; it has no reply. */
  | { readonly kind: 'abort' }
  /** Frees the task's sessions, and ends the worker. */
  | CloseRequest;

/** What the worker answers. */
export type TaskReply<S> =
  | { readonly kind: 'started' }
  /** A step, whose buffers are handed over. */
  | { readonly kind: 'step'; readonly step: S }
  | { readonly kind: 'done' }
  | FailedReply
  | ClosedReply;
