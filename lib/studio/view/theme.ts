const themes = ['auto', 'light', 'dark'] as const;
const key = 'oneiros-theme';

/** As it was last chosen here; else as the system has it. */
export function restoreTheme(): void {
  apply(themes.find((theme) => theme === remembered()) ?? 'auto');
}

/** From what is seen to the other, and then back to what the system has. */
export function nextTheme(): void {
  const { theme } = document.documentElement.dataset;
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const order = systemIsDark ? (['auto', 'light', 'dark'] as const) : (['auto', 'dark', 'light'] as const);
  const at = order.findIndex((name) => name === theme);
  apply(order[(at + 1) % order.length] ?? 'auto');
}

function apply(theme: (typeof themes)[number]): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Without storage it is chosen anew each time.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
