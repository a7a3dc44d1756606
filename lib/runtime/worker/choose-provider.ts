import type { Env, InferenceSession, TensorConstructor } from 'onnxruntime-common';

import { OneirosError } from '../../base/errors.js';
import type { OpenRequest } from '../protocol/messages.js';
import { runtimeError } from '../protocol/ort-errors.js';
import type { ProviderName, ProviderStatus } from '../types.js';
import type { PreparedModels } from './prepared-models.js';
import { probeModel } from './probe.js';

/** The parts of onnxruntime-node and onnxruntime-web that the engine uses. */
export interface Ort {
  readonly env: Env;
  readonly InferenceSession: {
    create(model: Uint8Array | string, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** The providers of a platform. */
export interface Providers {
  /** Those in this build of ONNX Runtime, the fastest first. */
  readonly built: readonly ProviderName[];
  /** Those that `auto` tries, the best first; the last one always works. */
  readonly auto: readonly ProviderName[];
  /** Loads the library that has a provider. @throws Error with the reason if it is not available */
  load(provider: ProviderName, threads: number | null): Promise<Ort>;
  /** Rewrites a model, given by its bytes or its path, so that a provider runs it correctly and without crashing. */
  place?(provider: ProviderName, model: Uint8Array | string): Promise<Placed>;
  /** Absent where nothing can be kept. */
  readonly preparedModels?: PreparedModels | null;
  /** What to do about a provider that does not work, given the reason. */
  advice(provider: ProviderName, reason: string): string;
}

/**
 * A model, and the names of the nodes that must run on the CPU because the provider accepts but cannot compute them.
 */
export interface Placed {
  readonly model: Uint8Array | string;
  readonly onCpu: readonly string[];
}

/** Providers that need no test. */
const always: readonly ProviderName[] = ['cpu', 'wasm'];

/**
 * The provider that was asked for, or the best that works here.
 * @throws OneirosError `unsupported` with the reason and what to do if the provider that was asked for does not work
 */
export async function chooseProvider(
  providers: Providers,
  { provider: wanted, deviceId, threads }: Pick<OpenRequest, 'provider' | 'deviceId' | 'threads'>,
): Promise<ProviderName> {
  const candidates = wanted === 'auto' ? providers.auto : [wanted];
  for (const provider of candidates) {
    const reason = await failure(providers, provider, deviceId, threads);
    if (reason === null) return provider;
    if (wanted !== 'auto') {
      const advice = providers.advice(provider, reason);
      throw new OneirosError('unsupported', `the provider ${provider} does not work here: ${advice}`);
    }
  }
  throw new OneirosError('runtime', `none of the providers ${candidates.join(', ')} works here`);
}

/** Every provider of this build: whether it works here, and what to do if not. */
export async function listProviders(providers: Providers): Promise<readonly ProviderStatus[]> {
  const statuses: ProviderStatus[] = [];
  for (const provider of providers.built) {
    const reason = await failure(providers, provider, null, null);
    const note = reason === null ? '' : providers.advice(provider, reason);
    statuses.push({ provider, works: reason === null, note });
  }
  return statuses;
}

/** The library that has a provider. Failures arrive as errors: its log would only clutter the host's standard error. */
export async function loadQuietly(
  providers: Providers,
  provider: ProviderName,
  threads: number | null,
): Promise<Ort> {
  const ort = await providers.load(provider, threads);
  ort.env.logLevel = 'fatal';
  return ort;
}

/** A provider as ONNX Runtime takes it. */
export function executionProvider(
  provider: ProviderName,
  deviceId: number | null,
): InferenceSession.ExecutionProviderConfig {
  return deviceId === null ? provider : { name: provider, deviceId };
}

/** Why a provider does not work; `null` if it computes a sum without falling back to the CPU. */
async function failure(
  providers: Providers,
  provider: ProviderName,
  deviceId: number | null,
  threads: number | null,
): Promise<string | null> {
  if (!providers.built.includes(provider)) return 'this build of ONNX Runtime lacks it';
  if (always.includes(provider)) return null;
  try {
    const ort = await loadQuietly(providers, provider, threads);
    const session = await ort.InferenceSession.create(probeModel(), {
      executionProviders: [executionProvider(provider, deviceId)],
      logSeverityLevel: 4,
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    });
    await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
    await session.release();
    return null;
  } catch (error) {
    return runtimeError('a test run failed', error).message;
  }
}
