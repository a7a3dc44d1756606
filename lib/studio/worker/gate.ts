import type { PaintCommand } from '../state/protocol.js';

/** Pauses work between two steps until it is resumed or ended. */
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

  /** Resolves at once or, if the work is stopped, when it is resumed or ended. */
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
