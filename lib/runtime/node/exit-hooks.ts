const tasks = new Set<() => void>();

/** Runs a task when the host process exits, even after an uncaught error. @returns a function that cancels it */
export function atExit(task: () => void): () => void {
  // All tasks share one listener: Node warns of a leak at eleven.
  if (tasks.size === 0) process.on('exit', runAll);
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) process.off('exit', runAll);
  };
}

function runAll(): void {
  for (const task of tasks) task();
}
