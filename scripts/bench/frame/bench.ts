import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Placement } from '../../../lib/runtime/types.js';
import type { Contender } from './case.js';
import type { BenchOptions } from './options.js';
import { type PeerJob, PythonPeer } from './python-peer.js';

/** What cases are opened with: where to compute, a folder for files, and the peers in Python. */
export class Bench implements AsyncDisposable {
  /** Why contenders are missing, without repetitions. */
  readonly notes = new Set<string>();
  #python: PythonPeer | undefined;
  #versions: Readonly<Record<string, string>> = {};

  private constructor(
    readonly options: BenchOptions,
    /** A temporary folder for weights and other files. */
    readonly folder: string,
    readonly placement: Placement,
  ) {}

  /** @param provider what this library computes on; the peers in Python use the same device */
  static async open(options: BenchOptions, provider: Placement = { provider: 'cpu' }): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-bench-'));
    return new Bench(options, folder, { ...provider, isolation: 'none', threads: options.threads });
  }

  /** Where tasks run: in their usual thread, unless they are profiled, which works only in this one. */
  get taskPlacement(): Placement {
    return this.options.profile ? this.placement : { ...this.placement, isolation: 'thread' };
  }

  /**
   * Peers that run in Python (scripts/bench/peer), one for each form of the job; none where Python or a package is
   * missing.
   * @param forms the names of columns and how each differs from the job
   */
  async peers(
    job: PeerJob,
    forms: Readonly<Record<string, Partial<PeerJob>>>,
  ): Promise<readonly Contender[]> {
    if (!this.options.peers || this.options.profile) return [];
    // A peer may run out of memory: the next case gets another process.
    if (this.#python?.hasEnded !== false) this.#python = new PythonPeer();
    const { provider, deviceId = 0 } = this.placement;
    const device = provider === 'cuda' ? `cuda:${deviceId}` : 'cpu';
    const opened: Contender[] = [];
    for (const [name, form] of Object.entries(forms)) {
      const peer = await this.#python.open(name, { threads: this.options.threads, device, ...job, ...form });
      if (typeof peer === 'string') this.notes.add(`no column ${name} for ${job.task}: ${peer}`);
      else opened.push(peer);
    }
    this.#versions = { ...this.#versions, ...this.#python.versions };
    return opened;
  }

  /** The versions of the peers that were used, by package. */
  get versions(): Readonly<Record<string, string>> {
    return this.#versions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#python?.end();
    await rm(this.folder, { recursive: true });
  }
}
