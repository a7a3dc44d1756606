import { OneirosError } from '../../base/errors.js';
import type { TaskReply, TaskRequest } from '../protocol/tasks.js';
import type { Channel } from './channel.js';

/** A channel to a worker that runs a task. */
export type TaskChannel<I, S> = Channel<TaskRequest<I>, TaskReply<S>>;

/**
 * The steps of a task that runs at the other end of a channel; the channel is closed after the last step. A step is
 * computed when the iterator asks for it. After an abort the step in progress is still computed, and the task ends as
 * it would in this thread.
 * @param makeInput makes the input while the worker starts
 * @throws OneirosError as the task does; the signal's reason if the task throws after an abort
 */
export async function* remoteSteps<I, S>(
  channel: TaskChannel<I, S>,
  makeInput: () => Promise<I>,
  signal: AbortSignal | undefined,
): AsyncGenerator<S, void> {
  const abort = () => channel.post({ kind: 'abort' });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted === true) abort();
    // The input was created for this task, so its buffers may move.
    await channel.ask({ kind: 'start', input: await makeInput() }, true);
    for (;;) {
      const reply = await channel.ask({ kind: 'step' }, false);
      if (reply.kind === 'done') return;
      if (reply.kind === 'step') yield reply.step;
      else if (reply.kind === 'failed') {
        signal?.throwIfAborted();
        throw new OneirosError(reply.code, reply.message);
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    await channel.close();
  }
}
