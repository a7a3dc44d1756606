// The entry point of a thread or a child process for a task.
import { listen } from '../../../runtime/node/listen.js';
import { TaskRunner } from '../../../runtime/worker/task-runner.js';
import { runTask } from '../run.js';

listen(new TaskRunner(runTask));
