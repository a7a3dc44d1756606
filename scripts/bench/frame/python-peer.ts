import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';

import { parseJson } from '../../../lib/base/json.js';
import { type Contender, contender } from './case.js';

/** A job of scripts/bench/peer: the name of a function there, and its arguments. */
export interface PeerJob {
  readonly task: string;
  readonly [argument: string]: string | number | boolean | readonly string[];
}

const replySchema = v.object({
  /** Why the request failed. */
  error: v.optional(v.string()),
  /** The number of an opened job. */
  id: v.optional(v.number()),
  value: v.optional(v.number()),
  figures: v.optional(v.array(v.number())),
  versions: v.optional(v.record(v.string(), v.string())),
});
type Reply = v.InferOutput<typeof replySchema>;

/**
 * A Python process that runs the peers: it takes one request per line of JSON and gives one reply. PYTHON names the
 * interpreter; the default is python3. PEER_LOG=1 shows what it prints.
 */
export class PythonPeer {
  readonly #child = spawn(
    process.env['PYTHON'] ?? 'python3',
    [join(import.meta.dirname, '../peer/serve.py')],
    {
      // Standard error would mix compilers' warnings with the progress; failures are replies.
      stdio: ['pipe', 'pipe', process.env['PEER_LOG'] === undefined ? 'ignore' : 'inherit'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    },
  );
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  #versions: Readonly<Record<string, string>> = {};
  #gone = false;

  constructor() {
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
  }

  /** The versions of the packages that were used. */
  get versions(): Readonly<Record<string, string>> {
    return this.#versions;
  }

  /** Whether every request fails from now on. */
  get hasEnded(): boolean {
    return this.#gone;
  }

  /** Opens a job and runs it once. @returns why it is not possible, if it is not */
  async open(name: string, job: PeerJob): Promise<Contender | string> {
    const { id, error, versions } = await this.#ask({ do: 'open', job });
    this.#versions = { ...this.#versions, ...versions };
    if (id === undefined) return error ?? 'unexpected reply';
    const run = async () => {
      const { value, figures, error: failure } = await this.#ask({ do: 'run', id });
      if (value === undefined) throw new Error(`${name}: ${failure ?? 'unexpected reply'}`);
      return { value, ...(figures && { figures }) };
    };
    const close = () => this.#ask({ do: 'close', id });
    return { ...contender(name, run, close), isWarm: true };
  }

  end(): void {
    this.#child.stdin.end();
  }

  async #ask(request: object): Promise<Reply> {
    if (this.#gone) return { error: 'Python is missing, or ended' };
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line: IteratorResult<string, unknown> = await this.#lines.next();
    this.#gone = line.done === true;
    if (line.done === true) return { error: 'Python is missing, or ended' };
    return v.parse(replySchema, parseJson(line.value));
  }
}
