interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time in microseconds, so that other work on a busy machine does not count. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}
interface Trace {
  readonly traceEvents: readonly TraceEvent[];
}

/** The events that Chromium records, from which the longest task is found. */
export const tracing = { categories: ['toplevel'] };

function parse(file: Uint8Array): Promise<Trace> {
  return new Response(Uint8Array.from(file)).json();
}

/** The longest task of any page's main thread in a trace, in ms of processor time. */
export async function longestTask(file: Uint8Array): Promise<number> {
  const { traceEvents } = await parse(file);
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && mains.has(`${pid} ${tid}`));
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}
