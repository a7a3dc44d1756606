const OPEN = 0;
const INSIDE = 1;
const SHUT = 2;

/**
 * Keeps a worker's native calls and the end of the host apart: ONNX Runtime aborts the whole process (exit code 134)
 * when its thread is ended in the middle of a call. The worker goes through the gate for each call; the host shuts it
 * for good, which waits for the call in progress and lets no other begin.
 */
export class Gate {
  readonly #state: Int32Array;

  /** @param shared what another thread's gate has as `shared`, to be the same gate */
  constructor(readonly shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(shared);
  }

  /** Runs a task inside the gate; if the gate is shut, sleeps until the thread is ended. */
  async pass<T>(task: () => Promise<T>): Promise<T> {
    while (Atomics.compareExchange(this.#state, 0, OPEN, INSIDE) !== OPEN) Atomics.wait(this.#state, 0, SHUT);
    try {
      return await task();
    } finally {
      Atomics.store(this.#state, 0, OPEN);
      Atomics.notify(this.#state, 0);
    }
  }

  /** Blocks this thread until no call is in progress, and lets none begin. */
  shut(): void {
    while (Atomics.compareExchange(this.#state, 0, OPEN, SHUT) === INSIDE)
      Atomics.wait(this.#state, 0, INSIDE);
  }
}
