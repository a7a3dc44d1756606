// The entry point of a thread or a child process for a task.
import { listen } from '../../../runtime/node/listen.js';
import { preloadEngine } from '../../../runtime/node/platform.js';
import { TaskRunner } from '../../../runtime/worker/task-runner.js';
import { runTask } from '../run.js';

listen(new TaskRunner(runTask));

// Loads what tasks need while the host prepares the input. A failure shows again when the task starts.
void Promise.allSettled([
  preloadEngine(),
  import('../../dream/dreamer.js'),
  import('../../style/stylizer.js'),
]);
