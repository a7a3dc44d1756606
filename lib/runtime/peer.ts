import { OneirosError } from '../errors.js';
import { complaint } from './complaint.js';
import type { Channel, Reply, Request } from './protocol.js';

/** What threads and child processes have in common, as the host sees them. */
export interface Peer {
  /** Posts a request. */
  send(request: Request, transfer: boolean): void;
  /** Whether the host stays alive for its sake. */
  hold(held: boolean): void;
  /** Ends it at once. */
  kill?(): void;
  /** Called once it is gone. */
  gone(): void;
}

/** A channel to an engine in another thread or process, which may vanish. */
export class PeerChannel implements Channel {
  readonly kill?: () => void;
  readonly #peer: Peer;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #pending: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  #death: OneirosError | null = null;

  constructor(peer: Peer) {
    this.#peer = peer;
    if (peer.kill !== undefined) this.kill = peer.kill.bind(peer);
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    peer.hold(false);
  }

  async ask(request: Request, transfer: boolean): Promise<Reply> {
    if (this.#death !== null) throw this.#death;
    const peer = this.#peer;
    // A host with nothing else to do waits for an answer, but not for an idle engine.
    peer.hold(true);
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.#pending = { resolve, reject };
        peer.send(request, transfer);
      });
    } catch (error) {
      throw complaint('the request did not get through', error);
    } finally {
      this.#pending = null;
      if (!this.#isGone()) peer.hold(false);
    }
  }

  async close(): Promise<void> {
    if (this.#isGone()) return;
    // The engine ends its own thread or process after this answer; if it dies instead, it is gone just as well.
    await this.ask({ kind: 'close' }, false).catch(() => undefined);
    if (!this.#isGone()) this.#peer.hold(true);
    await this.#ended;
  }

  /** To be called with each answer. */
  answered(reply: Reply): void {
    this.#pending?.resolve(reply);
  }

  #isGone(): boolean {
    return this.#death !== null;
  }

  /** To be called when the other side is gone, with what was seen of its end. */
  ended(how: string): void {
    if (this.#death !== null) return;
    this.#death = new OneirosError('runtime', `${how}; the session is closed`);
    this.#pending?.reject(this.#death);
    this.#peer.gone();
    this.#end();
  }
}
