import { OneirosError } from '../../base/errors.js';
import type { CloseRequest } from '../protocol/messages.js';
import { runtimeError } from '../protocol/ort-errors.js';
import type { Channel } from './channel.js';

/** The host's common interface to threads and child processes. */
export interface Peer<Q> {
  /** The word for it in error messages: "process", "thread", "worker". */
  readonly kind: string;
  /** Posts a request. */
  send(request: Q | CloseRequest, transfer: boolean): void;
  /** Sets whether the peer keeps the host process alive. */
  hold(held: boolean): void;
  /** Ends it at once. */
  kill?(): void;
  /** Called once it is gone. */
  gone(): void;
}

/** A channel to another thread or process, which may end at any time. */
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
    // A pending request keeps the host process alive; an idle engine does not.
    peer.hold(true);
    try {
      return await new Promise<R>((resolve, reject) => {
        this.#pending = { resolve, reject };
        peer.send(request, transfer);
      });
    } catch (error) {
      throw runtimeError('the request could not be sent', error);
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
    // The engine ends its thread or process after this reply. A crash instead of a reply is fine too: it has ended.
    if (!this.#killed) await this.ask({ kind: 'close' }, false).catch(() => undefined);
    if (!this.#hasEnded()) this.#peer.hold(true);
    await this.#ended;
  }

  /** Call this with each reply. */
  answered(reply: R): void {
    // After a kill, `ask` waits for the end of the peer and ignores a reply that was already on its way.
    if (!this.#killed) this.#pending?.resolve(reply);
  }

  get isGone(): boolean {
    return this.#killed || this.#hasEnded();
  }

  #hasEnded(): boolean {
    return this.#death !== null;
  }

  /** Call this when the other side has ended. @param how a description of its end: "died of SIGSEGV" */
  ended(how: string): void {
    if (this.#death !== null) return;
    const { kind } = this.#peer;
    const end = this.#killed ? `an abort ended the session's ${kind}` : `the session's ${kind} ${how}`;
    this.#death = new OneirosError('runtime', `${end}: open another session to run the model`);
    this.#pending?.reject(this.#death);
    this.#peer.gone();
    this.#end();
  }
}
