import type { ErrorCode } from '../../base/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ProviderName, ProviderStatus, TensorInfo } from '../types.js';

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
