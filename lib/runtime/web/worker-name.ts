// A worker is told where its files lie by its name: it has that before its first message, and developer tools show it.
const prefix = 'oneiros ';

export function workerName(assets: string | undefined): string {
  // A worker's own address is the base of relative ones in it; what the page means is relative to the page.
  return assets === undefined ? prefix.trim() : prefix + new URL(assets, globalThis.location.href).href;
}

export function assetsOf(name: string): string | undefined {
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}
