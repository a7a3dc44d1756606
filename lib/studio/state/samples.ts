import type { TaskId } from './tasks.js';

/** A picture that comes with the page. */
export interface Sample {
  readonly name: string;
  readonly url: string;
  /** The tab that it is for; `null` for photographs of anything, with which one dreams and paints. */
  readonly for: TaskId | null;
  /** The shipped network that knows the like of it, by its file. */
  readonly model: string | null;
}

export function ofTask(samples: readonly Sample[], task: TaskId | null): readonly Sample[] {
  return samples.filter((sample) => sample.for === task);
}
