// What a Web Worker for a task begins with.
import { packTask } from '../../../runtime/protocol/packing.js';
import type { TaskReply, TaskRequest } from '../../../runtime/protocol/tasks.js';
import { listen } from '../../../runtime/web/listen.js';
import { TaskRunner } from '../../../runtime/worker/task-runner.js';
import { runTask } from '../run.js';
import type { TaskInput, TaskStep } from '../tasks.js';

const runner = new TaskRunner(runTask);

listen<TaskRequest<TaskInput>, TaskReply<TaskStep>>((request) => runner.answer(request), packTask);
