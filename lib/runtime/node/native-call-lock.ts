import { workerData } from 'node:worker_threads';

import { SerialQueue } from '../../base/serial-queue.js';

const OPEN = 0;
const INSIDE = 1;
const SHUT = 2;

/**
 * Prevents the host from exiting during a worker's native call: ONNX Runtime aborts the whole process (exit code 134)
 * when its thread is terminated in the middle of a call. The worker makes each call inside the gate. The host shuts the
 * gate permanently: `shut` waits for the call in progress and prevents any other from starting.
 */
export class Gate {
  readonly #state: Int32Array;
  readonly #queue = new SerialQueue();

  /** @param shared the `shared` of another thread's gate, to join that gate */
  constructor(readonly shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(shared);
  }

  /**
   * Runs a task inside the gate, after all earlier ones. If the gate is shut, sleeps until the thread is terminated.
   */
  pass<T>(task: () => Promise<T>): Promise<T> {
    return this.#queue.add(() => this.#inside(task));
  }

  async #inside<T>(task: () => Promise<T>): Promise<T> {
    while (Atomics.compareExchange(this.#state, 0, OPEN, INSIDE) !== OPEN) Atomics.wait(this.#state, 0, SHUT);
    try {
      return await task();
    } finally {
      Atomics.store(this.#state, 0, OPEN);
      Atomics.notify(this.#state, 0);
    }
  }

  /** Blocks this thread until no call is in progress, and prevents new ones. */
  shut(): void {
    while (Atomics.compareExchange(this.#state, 0, OPEN, SHUT) === INSIDE)
      Atomics.wait(this.#state, 0, INSIDE);
  }
}

/** The `workerData` for a thread that uses the host's gate. */
export function gateData(gate: Gate): Readonly<Record<string, SharedArrayBuffer>> {
  return { [key]: gate.shared };
}

const key = 'oneiros: native calls';

/** The gate of this thread, if it is a worker of the runtime. */
function gateOfThisThread(): Gate | null {
  const data: unknown = workerData;
  const shared: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
  return shared instanceof SharedArrayBuffer ? new Gate(shared) : null;
}

const gate = gateOfThisThread();

/** Makes a call of ONNX Runtime: inside the gate in a worker of the runtime, otherwise directly. */
export function nativeCall<T>(call: () => Promise<T>): Promise<T> {
  return gate === null ? call() : gate.pass(call);
}
