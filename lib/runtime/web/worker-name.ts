// A worker's name carries the address of its assets: it is available before the first message and shown in developer
// tools.
const prefix = 'oneiros ';

export function workerName(assets: string | undefined): string {
  // In a worker, relative addresses resolve against the worker's own address; `assets` is relative to the page.
  return assets === undefined ? prefix.trim() : prefix + new URL(assets, globalThis.location.href).href;
}

export function assetsOf(name: string): string | undefined {
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}
