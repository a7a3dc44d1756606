import { OneirosError } from '../../../base/errors.js';
import { SerialQueue } from '../../../base/serial-queue.js';
import { type ByteSource, checkRange } from '../../../files/source.js';
import { blockSize, type BlockStore } from './blocks.js';
import { toFinal } from './failure.js';
import type { Http } from './http.js';
import { attempt } from './retry.js';

/** Gets bytes of the file from where it is; `null` where nothing may be downloaded. */
export interface Remote {
  /** Tried one after the other, where one has not got the file. */
  readonly addresses: readonly string[];
  readonly http: Http;
  readonly signal: AbortSignal | undefined;
  /** Is told before the first bytes are asked for. */
  readonly onFetch: () => void;
  /** Is told how many bytes of the file have come, since it was opened. */
  readonly onProgress: (received: number) => void;
}

/** Two ranges with a hole between them that is no larger are fetched as one. */
const smallestHole = 2;
/** The most blocks in one request. */
const longestRun = 256;
const mostReads = 3;

/**
 * A file behind HTTP ranges: what was read once is kept in the store, and only what is missing is fetched.
 * @param missing what to say where something is missing and there is no remote
 */
export function remoteSource(
  store: BlockStore,
  remote: Remote | null,
  missing: () => OneirosError,
): ByteSource {
  const reader = new Reader(store, remote, missing);
  const close = () => Promise.resolve();
  return {
    size: store.identity.size,
    async read(offset, length) {
      checkRange(store.identity.size, offset, length);
      return length === 0 ? new Uint8Array(0) : reader.read(offset, length);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Reader {
  #received = 0;
  readonly #queue = new SerialQueue();

  constructor(
    private readonly store: BlockStore,
    private readonly remote: Remote | null,
    private readonly missing: () => OneirosError,
  ) {}

  /** One after the other, so that nothing is fetched twice. */
  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#queue.add(() => this.#read(offset, length));
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / blockSize);
    const last = Math.floor((offset + length - 1) / blockSize);
    for (let tries = 0; tries < mostReads; tries++) {
      for (const run of runsOf(this.store, first, last)) await this.#fetch(run);
      const bytes = await this.store.read(first, last);
      // A block that was damaged on the disk is fetched again.
      if (bytes !== null)
        return bytes.subarray(offset - first * blockSize, offset - first * blockSize + length);
    }
    throw new OneirosError('runtime', 'the disk does not give back what was written to it: is it damaged?');
  }

  async #fetch(run: Run): Promise<void> {
    const { remote } = this;
    if (remote === null) throw this.missing();
    remote.onFetch();
    let next = run.first;
    let failure: unknown = this.missing();
    for (const address of remote.addresses) {
      const { signal } = remote;
      const { patience } = remote.http;
      try {
        await attempt(
          async () => {
            // What came before an error is here already.
            while (next <= run.last && this.store.has(next)) next++;
            if (next <= run.last) await this.#take(remote, address, next, run.last);
          },
          { patience, signal, progress: () => this.#received },
        );
        return;
      } catch (error) {
        signal?.throwIfAborted();
        failure = toFinal(error, address);
      }
    }
    throw failure;
  }

  async #take(remote: Remote, address: string, first: number, last: number): Promise<void> {
    const { store } = this;
    const { size, validator } = store.identity;
    const end = Math.min((last + 1) * blockSize, size);
    const range = { begin: first * blockSize, end, validator };
    const answer = await remote.http.get(address, range, remote.signal);
    if (!answer.isRange || answer.size !== size) {
      answer.discard();
      throw new OneirosError(
        'runtime',
        `${address} has changed since a part of it was read: oneiros models remove it, and pull it again`,
      );
    }
    const block = new Uint8Array(blockSize);
    let next = first;
    let filled = 0;
    for await (const bytes of answer.body) {
      for (let at = 0; at < bytes.length;) {
        const part = bytes.subarray(at, at + store.lengthOf(next) - filled);
        block.set(part, filled);
        at += part.length;
        filled += part.length;
        if (filled < store.lengthOf(next)) continue;
        if (!store.has(next)) await store.put(next, block.subarray(0, filled));
        next++;
        filled = 0;
      }
      this.#received += bytes.length;
      remote.onProgress(this.#received);
    }
  }
}

interface Run {
  readonly first: number;
  readonly last: number;
}

/** The missing blocks between two, as few runs of them. */
function runsOf(store: BlockStore, first: number, last: number): readonly Run[] {
  const runs: { first: number; last: number }[] = [];
  for (let block = first; block <= last; block++) {
    if (store.has(block)) continue;
    const run = runs.at(-1);
    if (run && block - run.last <= smallestHole && block - run.first < longestRun) run.last = block;
    else runs.push({ first: block, last: block });
  }
  return runs;
}
