import type { ErrorCode } from '../../base/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Isolation, ProviderName, ProviderStatus, TensorInfo } from '../session.js';

/** What a session asks of the engine that holds ONNX Runtime. */
export type Request = OpenRequest | RunRequest | { readonly kind: 'providers' } | { readonly kind: 'close' };

export interface OpenRequest {
  readonly kind: 'open';
  /** The model's bytes, or its path. */
  readonly model: Uint8Array | string;
  readonly provider: 'auto' | ProviderName;
  readonly threads: number | null;
}

export interface RunRequest {
  readonly kind: 'run';
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
}

/** What the engine answers. */
export type Reply = OpenedReply | RanReply | ProvidersReply | ClosedReply | FailedReply;

export interface OpenedReply {
  readonly kind: 'opened';
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}
export interface RanReply {
  readonly kind: 'ran';
  readonly results: Record<string, Tensor>;
}
export interface ProvidersReply {
  readonly kind: 'providers';
  readonly providers: readonly ProviderStatus[];
}
export interface ClosedReply {
  readonly kind: 'closed';
}
export interface FailedReply {
  readonly kind: 'failed';
  readonly code: ErrorCode;
  readonly message: string;
}

/** The way to an engine in this thread, another thread or another process. */
export interface Channel {
  /** Whether the engine is gone: closed, killed, or crashed with its thread or process. */
  readonly isGone: boolean;
  /**
   * The engine's answer to a request; one at a time.
   * @param transfer the request's buffers may be moved instead of copied
   * @throws OneirosError `runtime` if the other side is gone or goes meanwhile
   */
  ask(request: Request, transfer: boolean): Promise<Reply>;
  /** Ends the engine at once, in the middle of a run; absent where that would take the host down. */
  kill?(): void;
  /** Frees the engine and ends its thread or process, once it is idle. */
  close(): Promise<void>;
}

/** What differs between Node and browsers. */
export interface Platform {
  /**
   * What an engine is to be given: the model's bytes, or a path that it can read itself.
   * @throws OneirosError `not-found` if there is no model at that place
   */
  locate(model: Uint8Array | { readonly path: string }): Promise<Uint8Array | string>;
  /** @param assets see `SessionOptions.assets` */
  connect(isolation: Isolation, assets: string | undefined): Channel;
  /** Bytes that this process can still take; Infinity where nobody says. */
  freeMemory(): number;
}
