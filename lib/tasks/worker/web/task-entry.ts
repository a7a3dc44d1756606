// The entry point of a Web Worker for a task.
import { listen } from '../../../runtime/web/listen.js';
import { TaskRunner } from '../../../runtime/worker/task-runner.js';
import { runTask } from '../run.js';

listen(new TaskRunner(runTask));
