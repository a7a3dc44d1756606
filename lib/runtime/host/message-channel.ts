import { OneirosError } from '../../base/errors.js';
import type { CloseRequest } from '../protocol/messages.js';
import { runtimeError } from '../protocol/ort-errors.js';
import type { Channel } from './channel.js';

/** What threads and child processes have in common, as the host sees them. */
export interface Peer<Q> {
  /** What it is: "process", "thread", "worker". */
  readonly kind: string;
  /** Posts a request. */
  send(request: Q | CloseRequest, transfer: boolean): void;
  /** Whether the host stays alive for its sake. */
  hold(held: boolean): void;
  /** Ends it at once. */
  kill?(): void;
  /** Called once it is gone. */
  gone(): void;
}

/** A channel to another thread or process, which may vanish. */
export class PeerChannel<Q, R> implements Channel<Q, R> {
  readonly kill?: () => void;
  #killed = false;
  readonly #peer: Peer<Q>;
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #pending: { resolve: (reply: R) => void; reject: (error: Error) => void } | null = null;
  #death: OneirosError | null = null;

  constructor(peer: Peer<Q>) {
    this.#peer = peer;
    if (peer.kill !== undefined)
      this.kill = () => {
        this.#killed = true;
        peer.kill?.();
      };
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    peer.hold(false);
  }

  async ask(request: Q | CloseRequest, transfer: boolean): Promise<R> {
    if (this.#killed) await this.#ended;
    if (this.#death !== null) throw this.#death;
    const peer = this.#peer;
    // A host with nothing else to do waits for an answer, but not for an idle engine.
    peer.hold(true);
    try {
      return await new Promise<R>((resolve, reject) => {
        this.#pending = { resolve, reject };
        peer.send(request, transfer);
      });
    } catch (error) {
      throw runtimeError('the request did not get through', error);
    } finally {
      this.#pending = null;
      if (!this.#hasEnded()) peer.hold(false);
    }
  }

  post(request: Q): void {
    if (!this.isGone) this.#peer.send(request, false);
  }

  async close(): Promise<void> {
    if (this.#hasEnded()) return;
    // The engine ends its own thread or process after this answer; if it dies instead, it is gone just as well.
    if (!this.#killed) await this.ask({ kind: 'close' }, false).catch(() => undefined);
    if (!this.#hasEnded()) this.#peer.hold(true);
    await this.#ended;
  }

  /** To be called with each answer. */
  answered(reply: R): void {
    // A reply that was on its way when the engine was killed is not awaited any more, but its end is.
    if (!this.#killed) this.#pending?.resolve(reply);
  }

  get isGone(): boolean {
    return this.#killed || this.#hasEnded();
  }

  #hasEnded(): boolean {
    return this.#death !== null;
  }

  /** To be called when the other side is gone, with what was seen of its end: "died of SIGSEGV". */
  ended(how: string): void {
    if (this.#death !== null) return;
    const { kind } = this.#peer;
    const end = this.#killed ? `an abort has ended the session's ${kind}` : `the session's ${kind} ${how}`;
    this.#death = new OneirosError('runtime', `${end}: open another session to run the model`);
    this.#pending?.reject(this.#death);
    this.#peer.gone();
    this.#end();
  }
}
