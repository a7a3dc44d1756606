/** Runs tasks one at a time, in the order in which they are added. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Starts a task when all earlier ones have ended, even by an error. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
