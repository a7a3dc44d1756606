/** The versions in the order they were made, and the current one. Undo and redo move along them. */
export interface History<T> {
  readonly items: readonly T[];
  /** The index of the current item; −1 if there is none. */
  readonly at: number;
}

/** The largest number of items: the first, from which all were made, and the newest. */
export const historyLimit = 16;

export function emptyHistory<T>(): History<T> {
  return { items: [], at: -1 };
}

export function current<T>({ items, at }: History<T>): T | null {
  return items[at] ?? null;
}

/**
 * Adds an item after the current one. Undone items are dropped, and items beyond the limit, the oldest after the first.
 */
export function push<T>({ items, at }: History<T>, item: T): History<T> {
  const kept = [...items.slice(0, at + 1), item];
  const excess = Math.max(0, kept.length - historyLimit);
  const bounded = excess === 0 ? kept : [...kept.slice(0, 1), ...kept.slice(1 + excess)];
  return { items: bounded, at: bounded.length - 1 };
}

export function canUndo<T>({ at }: History<T>): boolean {
  return at > 0;
}

export function canRedo<T>({ items, at }: History<T>): boolean {
  return at < items.length - 1;
}

/** Moves by `by` items, if there is such an item. */
export function move<T>(history: History<T>, by: number): History<T> {
  return jump(history, history.at + by);
}

export function jump<T>(history: History<T>, at: number): History<T> {
  return at >= 0 && at < history.items.length ? { ...history, at } : history;
}

/** The items of `before` that are not in `after`. */
export function forgotten<T>(before: History<T>, after: History<T>): readonly T[] {
  return before.items.filter((item) => !after.items.includes(item));
}

/** Replaces the current item. Undone items are dropped. */
export function replace<T>({ items, at }: History<T>, item: T): History<T> {
  return { items: [...items.slice(0, at), item], at };
}
