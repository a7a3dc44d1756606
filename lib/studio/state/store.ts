/** A state that views watch: a view is notified when the part that it shows changes. */
export class Store<S extends object> {
  #state: S;
  readonly #watchers = new Set<() => void>();

  constructor(state: S) {
    this.#state = state;
  }

  get state(): S {
    return this.#state;
  }

  update(change: Partial<S>): void {
    this.#state = { ...this.#state, ...change };
    for (const notify of this.#watchers) notify();
  }

  /** Calls `react` at once, and whenever one of the selected values changes. */
  watch<const T extends readonly unknown[]>(
    select: (state: S) => T,
    react: (selected: NoInfer<T>) => void,
  ): void {
    let before: readonly unknown[] | null = null;
    const notify = () => {
      const selected = select(this.#state);
      if (before !== null && selected.every((value, i) => Object.is(value, before?.[i]))) return;
      before = selected;
      react(selected);
    };
    this.#watchers.add(notify);
    notify();
  }
}
