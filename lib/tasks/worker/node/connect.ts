import type { TaskChannel } from '../../../runtime/host/remote-steps.js';
import { ProcessChannel } from '../../../runtime/node/process-channel.js';
import { threadChannel } from '../../../runtime/node/thread-channel.js';
import { workerUrl } from '../../../runtime/node/worker-url.js';
import { packTask } from '../../../runtime/protocol/packing.js';
import type { Placement } from '../../../runtime/types.js';
import type { Tasks } from '../tasks.js';

const entry = workerUrl('task-entry', import.meta.url);

/** A worker for a task: a child process if the placement isolates by process, otherwise a thread. */
export function connectTask<K extends keyof Tasks>({
  isolation,
}: Placement): TaskChannel<Tasks[K]['input'], Tasks[K]['step']> {
  return isolation === 'process' ? new ProcessChannel(entry) : threadChannel(entry, packTask);
}
