/** What was made one after another, and which of it is looked at: undo and redo walk along it. */
export interface History<T> {
  readonly items: readonly T[];
  /** Which one is looked at; −1 while there is none. */
  readonly at: number;
}

/** How many are kept: the first, which everything was made of, and the last. */
export const historyLimit = 16;

export function emptyHistory<T>(): History<T> {
  return { items: [], at: -1 };
}

export function current<T>({ items, at }: History<T>): T | null {
  return items[at] ?? null;
}

/** Something new, made of what is looked at; what had been undone is gone, and what is too much after the first. */
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

/** What is `by` places further on, if there is such a place. */
export function move<T>(history: History<T>, by: number): History<T> {
  return jump(history, history.at + by);
}

export function jump<T>(history: History<T>, at: number): History<T> {
  return at >= 0 && at < history.items.length ? { ...history, at } : history;
}

/** What the one history holds and the other does not. */
export function forgotten<T>(before: History<T>, after: History<T>): readonly T[] {
  return before.items.filter((item) => !after.items.includes(item));
}

/** What is looked at, in a better state; what had been undone is gone. */
export function replace<T>({ items, at }: History<T>, item: T): History<T> {
  return { items: [...items.slice(0, at), item], at };
}
