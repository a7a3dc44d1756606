import { runtimeError } from '../protocol/ort-errors.js';
import { type Packed, packTask } from '../protocol/packing.js';
import type { TaskReply, TaskRequest } from '../protocol/tasks.js';
import type { Service } from './service.js';

/** A task: a generator that computes steps from its input. */
export type Task<I, S> = (input: I, signal: AbortSignal) => AsyncGenerator<S, void>;

/** Answers requests with the steps of one task; the same in a thread, in a child process and in a Web Worker. */
export class TaskRunner<I, S> implements Service<TaskRequest<I>, TaskReply<S>> {
  readonly #task: Task<I, S>;
  readonly #abort = new AbortController();
  #steps: AsyncGenerator<S, void> | null = null;

  constructor(task: Task<I, S>) {
    this.#task = task;
  }

  pack(reply: TaskReply<S>): Packed<TaskReply<S>> {
    return packTask(reply);
  }

  /** Never rejects: a failure is a reply of kind `failed`. `null` for a request that has no reply. */
  async answer(request: TaskRequest<I>): Promise<TaskReply<S> | null> {
    try {
      switch (request.kind) {
        case 'start':
          this.#steps = this.#task(request.input, this.#abort.signal);
          return { kind: 'started' };
        case 'step': {
          const result = await this.#steps?.next();
          return result === undefined || result.done === true
            ? { kind: 'done' }
            : { kind: 'step', step: result.value };
        }
        case 'abort':
          this.#abort.abort();
          return null;
        case 'close':
          await this.#steps?.return();
          return { kind: 'closed' };
      }
    } catch (error) {
      if (request.kind === 'close') return { kind: 'closed' };
      const { code, message } = runtimeError('the task failed', error);
      return { kind: 'failed', code, message };
    }
  }
}
