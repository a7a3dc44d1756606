const themes = ['auto', 'light', 'dark'] as const;
const key = 'oneiros-theme';

/** Applies the theme that was chosen last, otherwise the system's. */
export function restoreTheme(): void {
  apply(themes.find((theme) => theme === remembered()) ?? 'auto');
}

/** Switches to the other theme, then to the system's own as an explicit choice, then back to automatic. */
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
    // Without storage, the choice is lost when the page is closed.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
