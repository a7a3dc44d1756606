// When run from the sources, a worker needs the host's flags, which register the TypeScript loader. The built worker
// needs none, and some flags that the host may have (--input-type) would keep it from starting.
export const fromSources = import.meta.url.endsWith('.ts');

export const workerArgs: string[] = fromSources ? process.execArgv : [];

/**
 * The URL of an entry file for threads and child processes.
 * @param name the file's name without extension
 * @param module the URL of a module in the same folder
 */
export function workerUrl(name: string, module: string): URL {
  return new URL(`./${name}${fromSources ? '.ts' : '.js'}`, module);
}
