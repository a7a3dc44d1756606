import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort, { type InferenceSession } from 'onnxruntime-node';
import * as v from 'valibot';

import { textTable } from '../../../lib/base/text-table.js';
import type { Bench } from './bench.js';
import type { Case } from './case.js';

/** The time that the kernels of one operator take. */
interface OperatorTime {
  readonly operator: string;
  /** Calls in a run. */
  readonly calls: number;
  /** Milliseconds in a run. */
  readonly milliseconds: number;
}

const runs = 3;

/** ONNX Runtime's trace; an event of a kernel names its operator. */
const traceSchema = v.array(
  v.object({
    cat: v.string(),
    name: v.string(),
    /** Microseconds. */
    dur: v.optional(v.number(), 0),
    args: v.optional(v.looseObject({ op_name: v.optional(v.string()) })),
  }),
);

/** A table of the operators that a case's time goes to in this library's sessions, the slowest first; empty for none. */
export async function profileTable(given: Case, bench: Bench): Promise<readonly string[]> {
  const times = await profile(given, bench);
  if (times.length === 0) return [];
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = times
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .map(({ operator, calls, milliseconds }) => [
      operator,
      milliseconds.toFixed(1),
      `${((100 * milliseconds) / total).toFixed(1)} %`,
      calls.toFixed(0),
    ]);
  return textTable([['operator', 'ms', 'share', 'calls'], ...rows, ['all', total.toFixed(1)]], 1);
}

async function profile(given: Case, bench: Bench): Promise<readonly OperatorTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'oneiros-profile-'));
  try {
    const observed = new ProfiledSessions(folder);
    try {
      const [first, ...others] = await given.open(bench);
      for (const each of others) await each[Symbol.asyncDispose]();
      if (first === undefined) return [];
      for (let i = 0; i < runs; i++) await first.run();
      await first[Symbol.asyncDispose]();
    } finally {
      observed.end();
    }
    return await readTraces(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Makes every session that opens in this thread write a trace, whatever opens it: lowered graphs are profiled as they
 * run. The library has no option for this, so its call of ONNX Runtime is wrapped.
 */
class ProfiledSessions {
  readonly #sessions = new Set<InferenceSession>();
  readonly #create = ort.InferenceSession.create.bind(ort.InferenceSession);

  constructor(folder: string) {
    const create = async (model: Uint8Array, options: InferenceSession.SessionOptions) => {
      const profileFilePrefix = join(folder, `${this.#sessions.size}`);
      const session = await this.#create(model, { ...options, enableProfiling: true, profileFilePrefix });
      const release = session.release.bind(session);
      session.release = () => {
        session.endProfiling();
        this.#sessions.delete(session);
        return release();
      };
      this.#sessions.add(session);
      return session;
    };
    Reflect.set(ort.InferenceSession, 'create', create);
  }

  end(): void {
    for (const session of this.#sessions) session.endProfiling();
    Reflect.set(ort.InferenceSession, 'create', this.#create);
  }
}

async function readTraces(folder: string): Promise<readonly OperatorTime[]> {
  const sums = new Map<string, { calls: number; microseconds: number }>();
  for (const file of await readdir(folder)) {
    const trace = v.parse(traceSchema, JSON.parse(await readFile(join(folder, file), 'utf8')));
    for (const { cat, name, dur, args } of trace) {
      if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
      const operator = args?.op_name ?? name;
      const { calls, microseconds } = sums.get(operator) ?? { calls: 0, microseconds: 0 };
      sums.set(operator, { calls: calls + 1, microseconds: microseconds + dur });
    }
  }
  return [...sums].map(([operator, { calls, microseconds }]) => ({
    operator,
    calls: calls / runs,
    milliseconds: microseconds / 1000 / runs,
  }));
}
