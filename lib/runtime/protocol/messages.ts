import type { NamedOverrides } from '../../autodiff/named-rules.js';
import type { GradOptions } from '../../autodiff/options.js';
import type { ErrorCode } from '../../base/errors.js';
import type { FormName } from '../../onnx/lowering/form-names.js';
import type { MemoryPlan } from '../../onnx/memory-plan.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ProviderName, ProviderStatus, TensorInfo } from '../types.js';

/** A request from a session to the engine that holds ONNX Runtime. */
export type Request = OpenRequest | RunRequest | { readonly kind: 'providers' } | CloseRequest;

/** The last request to any worker. */
export interface CloseRequest {
  readonly kind: 'close';
}

export interface OpenRequest {
  readonly kind: 'open';
  /** The model's bytes, or its path. */
  readonly model: Uint8Array | string;
  /** Opens the gradient of the model instead of the model; `null` opens the model. */
  readonly gradient: GradientRequest | null;
  readonly provider: 'auto' | ProviderName;
  /** The GPU of the provider; `null` for its first. */
  readonly deviceId: number | null;
  readonly threads: number | null;
  /** The forms that operations may take. */
  readonly lowering: readonly FormName[];
  readonly finiteFeeds: boolean;
}

/** `GradOptions` as data. Rules are functions and cannot be sent, so they are given by name. */
export interface GradientRequest extends Omit<GradOptions, 'overrides'> {
  readonly overrides: NamedOverrides;
  /** Whether to plan the memory of its runs. */
  readonly withPlan: boolean;
}

export interface RunRequest {
  readonly kind: 'run';
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
}

/** A reply from the engine. */
export type Reply = OpenedReply | RanReply | ProvidersReply | ClosedReply | FailedReply;

export interface OpenedReply {
  readonly kind: 'opened';
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** `null` unless the request asked for it. */
  readonly plan: MemoryPlan | null;
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
