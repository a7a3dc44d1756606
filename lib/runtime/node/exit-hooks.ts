const tasks = new Set<() => void>();

/** Has a task done when the host process exits, also by an uncaught error; returns what calls that off. */
export function atExit(task: () => void): () => void {
  // One listener for all: Node warns of a leak at eleven.
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
