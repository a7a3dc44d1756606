// From the sources (under a loader that reads TypeScript) the worker needs the flags that set up that loader; built, it
// needs none, and some that the host may have (--input-type) would keep it from starting.
const fromSources = import.meta.url.endsWith('.ts');

/** The file that threads and child processes start with. */
export const workerUrl = new URL(fromSources ? './worker-entry.ts' : './worker-entry.js', import.meta.url);
export const workerArgs: string[] = fromSources ? process.execArgv : [];
