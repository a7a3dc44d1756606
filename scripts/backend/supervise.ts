import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

import { type Outcome, type Row, steps } from './row.js';
import { nameOf } from './test-case.js';

/** For one test, in milliseconds. */
const limit = 60_000;

/** Checks every test in child processes, so that a crash or a hang is one row. */
export async function checkAll(
  folders: readonly string[],
  processes: number,
  report: (done: number) => void = () => undefined,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const queue = [...folders];
  const work = async () => {
    let child = start();
    for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
      const answer = await ask(child, folder);
      if (typeof answer === 'string') {
        rows.push(failed(folder, answer));
        child.kill('SIGKILL');
        child = start();
      } else rows.push(answer);
      report(rows.length);
    }
    child.kill();
  };
  await Promise.all(Array.from({ length: processes }, work));
  return rows.toSorted((a, b) => a.name.localeCompare(b.name));
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'worker.ts'), {
    execArgv: ['--no-warnings', '--import', join(import.meta.dirname, '../ts.mjs')],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** The row, or why there is none. */
function ask(child: ChildProcess, folder: string): Promise<Row | string> {
  return new Promise((resolve) => {
    const end = (answer: Row | string) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(answer);
    };
    const timer = setTimeout(() => end(`no answer within ${limit / 1000} s`), limit);
    child.once('exit', (code, signal) => end(`the process ended: ${signal ?? code ?? ''}`));
    child.once('message', (answer: Row | { readonly failure: string }) =>
      end('failure' in answer ? answer.failure : answer),
    );
    child.send(folder);
  });
}

function failed(folder: string, detail: string): Row {
  const outcome: Outcome = { status: 'fault', detail };
  const [runs, rewritten, normalized, simplified, gradient] = steps.map(() => outcome);
  return {
    name: nameOf(folder),
    operators: '?',
    opset: 0,
    outcomes: {
      runs: runs!,
      rewritten: rewritten!,
      normalized: normalized!,
      simplified: simplified!,
      gradient: gradient!,
    },
  };
}
