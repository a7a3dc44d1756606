import type { TaskChannel } from '../../../runtime/host/remote-steps.js';
import { packTask } from '../../../runtime/protocol/packing.js';
import { workerChannel } from '../../../runtime/web/worker-channel.js';
import type { Tasks } from '../tasks.js';

/** A Web Worker for a task. */
export function connectTask<K extends keyof Tasks>(): TaskChannel<Tasks[K]['input'], Tasks[K]['step']> {
  // Bundlers recognize exactly this expression.
  const worker = new Worker(new URL('./task-entry.js', import.meta.url), {
    type: 'module',
    name: 'oneiros task',
  });
  return workerChannel(worker, { pack: packTask, killable: false });
}
