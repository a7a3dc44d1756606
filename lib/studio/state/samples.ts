import type { TaskId } from './tasks.js';

/** A picture that comes with the page. */
export interface Sample {
  readonly name: string;
  readonly url: string;
  /** The tab that it is for; `null` for photographs to dream and paint with. */
  readonly for: TaskId | null;
  /** The file of the shipped network that was trained on such pictures. */
  readonly model: string | null;
}

export function ofTask(samples: readonly Sample[], task: TaskId | null): readonly Sample[] {
  return samples.filter((sample) => sample.for === task);
}
