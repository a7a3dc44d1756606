import { OneirosError } from '../../../base/errors.js';
import { SerialQueue } from '../../../base/serial-queue.js';
import { type ByteSource, checkRange } from '../../../files/source.js';
import { blockSize, type BlockStore } from './blocks.js';
import type { Http } from './http.js';
import { attempt } from './retry.js';
import { toFinal } from './transient-error.js';

/** Where and how to download missing bytes of the file. */
export interface Remote {
  /** Tried in this order until one succeeds. */
  readonly addresses: readonly string[];
  readonly http: Http;
  readonly signal: AbortSignal | undefined;
  /** Called before each request for missing bytes. */
  readonly onFetch: () => void;
  /** Called with the number of bytes downloaded since the file was opened. */
  readonly onProgress: (received: number) => void;
}

/** Two missing blocks are fetched in one request if their numbers differ by at most this much. */
const maxGap = 2;
/** The maximum number of blocks in one request. */
const maxRunLength = 256;
const maxReads = 3;

/**
 * A file that is read with HTTP ranges. Downloaded blocks are kept in the store; only missing blocks are fetched.
 * @param remote `null` if nothing may be downloaded
 * @param missing creates the error for a missing block without a remote
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

  /** Reads are queued so that no block is fetched twice. */
  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#queue.add(() => this.#read(offset, length));
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / blockSize);
    const last = Math.floor((offset + length - 1) / blockSize);
    for (let tries = 0; tries < maxReads; tries++) {
      for (const run of runsOf(this.store, first, last)) await this.#fetch(run);
      const bytes = await this.store.read(first, last);
      // A block that is damaged on disk is fetched again.
      if (bytes !== null)
        return bytes.subarray(offset - first * blockSize, offset - first * blockSize + length);
    }
    throw new OneirosError(
      'runtime',
      'blocks read from the disk differ from what was written: check the disk',
    );
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
            // Blocks that arrived before an error are stored already.
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
        `${address} has changed since a part of it was downloaded: remove the model (oneiros models remove) and pull it again`,
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

/** Groups the missing blocks from `first` to `last` into runs, each for one request. */
function runsOf(store: BlockStore, first: number, last: number): readonly Run[] {
  const runs: { first: number; last: number }[] = [];
  for (let block = first; block <= last; block++) {
    if (store.has(block)) continue;
    const run = runs.at(-1);
    if (run && block - run.last <= maxGap && block - run.first < maxRunLength) run.last = block;
    else runs.push({ first: block, last: block });
  }
  return runs;
}
