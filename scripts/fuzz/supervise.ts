import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A fault: an error that is not a OneirosError, a hang, too much memory, or the death of the process. */
export interface Finding {
  readonly index: number;
  readonly step: string;
  readonly kind: 'fault' | 'hang' | 'memory' | 'crash';
  readonly detail: string;
}

export interface Tally {
  readonly inputs: number;
  /** The numbers of steps that succeeded, and of steps that refused their input with an error of the library. */
  readonly read: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
}

export interface Limits {
  readonly milliseconds: number;
  readonly inputs: number;
  readonly seed: number;
  readonly folders: readonly string[];
}

/** CPU time for one step of one input, in seconds; wall-clock time would depend on the machine's load. */
const cpuLimit = 10;
/** Resident memory of the child, in bytes. */
const memoryLimit = 1.5 * 2 ** 30;

/** Runs child processes one after the other; each starts after the input that ended the previous one. */
export async function fuzzTarget(name: string, limits: Limits): Promise<Tally> {
  let left = limits.milliseconds;
  let next = 0;
  let [read, refused] = [0, 0];
  const findings: Finding[] = [];
  while (left > 0 && next < limits.inputs) {
    const run = await runChild(name, next, left, limits);
    read += run.read;
    refused += run.refused;
    left -= run.milliseconds;
    findings.push(...run.findings);
    // A child that dies before its first input would die again and again.
    if (run.next === next && run.ended !== 'time')
      throw new Error(`the child for ${name} ended: ${run.ended}`);
    next = run.next;
  }
  return { inputs: next, read, refused, findings };
}

interface ChildRun {
  next: number;
  read: number;
  refused: number;
  readonly findings: Finding[];
  /** Measured from its first input: the start does not count. */
  milliseconds: number;
  ended: string;
}

function runChild(name: string, first: number, milliseconds: number, limits: Limits): Promise<ChildRun> {
  const run: ChildRun = { next: first, read: 0, refused: 0, findings: [], milliseconds: 0, ended: '' };
  let began = Infinity;
  const at = { index: first, step: '', cpu: 0, isBusy: false };
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      '--max-old-space-size=1024',
      ...process.execArgv,
      join(import.meta.dirname, 'worker.ts'),
      name,
      String(limits.seed),
      String(first),
      ...limits.folders,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  const stop = (why: string) => {
    run.ended ||= why;
    child.kill('SIGKILL');
  };
  const found = (kind: Finding['kind'], detail: string) =>
    run.findings.push({ index: at.index, step: at.step, kind, detail });

  const events = child.stdio[3];
  if (!isReadable(events)) throw new Error('the pipe to the child is missing');
  createInterface({ input: events }).on('line', (line) => {
    const event: unknown = JSON.parse(line);
    if (typeof event !== 'object' || event === null || run.ended !== '') return;
    if ('begun' in event && typeof event.begun === 'number') {
      began = Math.min(began, performance.now());
      if (event.begun >= limits.inputs) {
        stop('enough');
        return;
      }
      Object.assign(at, {
        index: event.begun,
        step: 'step' in event ? event.step : '',
        cpu: cpuSeconds(child.pid),
        isBusy: true,
      });
      run.next = event.begun;
      return;
    }
    at.isBusy = false;
    run.next = at.index + 1;
    const outcome = 'outcome' in event ? event.outcome : '';
    if (outcome === 'read') run.read++;
    else if (outcome === 'refused') run.refused++;
    else found('fault', 'detail' in event ? String(event.detail) : '');
  });
  const watch = setInterval(() => {
    run.milliseconds = Math.max(0, performance.now() - began);
    if (run.milliseconds > milliseconds) stop('time');
    if (!at.isBusy || run.ended !== '') return;
    if (cpuSeconds(child.pid) - at.cpu > cpuLimit) {
      found('hang', `more than ${cpuLimit} s of CPU time`);
      stop('hang');
    } else if (residentBytes(child.pid) > memoryLimit) {
      found('memory', `more than ${memoryLimit / 2 ** 20} MiB`);
      stop('memory');
    }
  }, 50);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearInterval(watch);
      if (run.ended === '') {
        run.ended = `exit code ${String(code)}, signal ${String(signal)}: ${errors}`;
        if (at.isBusy) found('crash', run.ended);
      }
      if (run.ended !== 'time' && at.isBusy) run.next = at.index + 1;
      resolve(run);
    });
  });
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'read' in stream;
}

/** CPU time from /proc, in clock ticks of 10 ms; elapsed time on other systems than Linux. */
function cpuSeconds(pid: number | undefined): number {
  try {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')
        .at(-1)
        ?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return process.platform === 'linux' ? 0 : performance.now() / 1000;
  }
}

/** Resident memory from /proc; on other systems only V8's limit applies. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}
