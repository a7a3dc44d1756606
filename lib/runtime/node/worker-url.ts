// From the sources (under a loader that reads TypeScript) a worker needs the flags that set up that loader; built, it needs
// none, and some that the host may have (--input-type) would keep it from starting.
const fromSources = import.meta.url.endsWith('.ts');

export const workerArgs: string[] = fromSources ? process.execArgv : [];

/** The file of that name, without extension, beside a module: one that threads and child processes can start with. */
export function workerUrl(name: string, module: string): URL {
  return new URL(`./${name}${fromSources ? '.ts' : '.js'}`, module);
}
