import type { PaintCommand } from '../state/protocol.js';

/** Holds work up between two steps, until it is to go on or to end. */
export class Gate {
  readonly #controller = new AbortController();
  #stopped: { readonly open: () => void; readonly opened: Promise<void> } | null = null;

  /** Aborted by `end`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** Settles at once, or when the work is to go on or to end. */
  opened(): Promise<void> {
    return this.#stopped?.opened ?? Promise.resolve();
  }

  command(command: PaintCommand): void {
    if (command === 'stop') this.#stopped ??= closed();
    else {
      if (command === 'end') this.#controller.abort();
      this.#stopped?.open();
      this.#stopped = null;
    }
  }
}

function closed() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
