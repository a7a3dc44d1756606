import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';

import { OneirosError } from '../../base/errors.js';
import { numericTensor, type Tensor, tensor } from '../../tensor/tensor.js';
import type { OpenedReply, OpenRequest, Reply, Request, RunRequest } from '../protocol/messages.js';
import { runtimeError } from '../protocol/ort-errors.js';
import { free } from '../protocol/packing.js';
import type { ProviderName, TensorInfo } from '../types.js';
import {
  chooseProvider,
  executionProvider,
  listProviders,
  loadQuietly,
  type Ort,
  type Providers,
} from './choose-provider.js';
import type { PreparedModel } from './prepared-models.js';

/**
 * Answers requests with one ONNX Runtime session; the same in the calling thread, in a worker and in a child process.
 */
export class Engine {
  readonly #providers: Providers;
  #open: { readonly ort: Ort; readonly session: InferenceSession } | null = null;

  constructor(providers: Providers) {
    this.#providers = providers;
  }

  /** Never rejects: a failure is a reply of kind `failed`. */
  async answer(request: Request): Promise<Reply> {
    try {
      switch (request.kind) {
        case 'open':
          return await this.#load(request);
        case 'run':
          return { kind: 'ran', results: await this.#run(request) };
        case 'providers':
          return { kind: 'providers', providers: await listProviders(this.#providers) };
        case 'close':
          await this.#open?.session.release();
          this.#open = null;
          return { kind: 'closed' };
      }
    } catch (error) {
      const { code, message } = runtimeError('ONNX Runtime failed', error);
      return { kind: 'failed', code, message };
    }
  }

  async #load(given: OpenRequest): Promise<OpenedReply> {
    const { bytes: model, plan } = await prepared(given, this.#providers);
    try {
      return { ...(await this.#openOnBest({ ...given, model })), plan };
    } finally {
      freeUnless(given.model, model);
    }
  }

  async #openOnBest(request: OpenRequest): Promise<OpenedReply> {
    const { auto } = this.#providers;
    const provider = await chooseProvider(this.#providers, request);
    try {
      return await this.#openOn(provider, request);
    } catch (error) {
      // If the best provider does not support this model, the last one may.
      const last = auto.at(-1);
      const lacks = error instanceof OneirosError && error.code === 'unsupported';
      if (request.provider !== 'auto' || !lacks || last === undefined || last === provider) throw error;
      return await this.#openOn(last, request);
    }
  }

  async #openOn(provider: ProviderName, request: OpenRequest): Promise<OpenedReply> {
    const { deviceId, threads } = request;
    const model = await loweredFor(provider, request);
    const placed = await this.#providers.place?.(provider, model);
    const ort = await loadQuietly(this.#providers, provider, threads);
    const session = await ort.InferenceSession.create(placed?.model ?? model, {
      executionProviders: [placedOn(provider, deviceId, placed?.onCpu ?? [])],
      logSeverityLevel: 4,
      // A memory pattern plans one block for the second run and keeps what the first run took: twice the memory.
      enableMemPattern: false,
      ...(threads === null ? {} : { intraOpNumThreads: threads }),
    })
      .catch((error: unknown) => {
        throw runtimeError('the model could not be loaded', error);
      })
      .finally(() => {
        freeUnless(request.model, model);
      });
    this.#open = { ort, session };
    return {
      kind: 'opened',
      provider,
      inputs: session.inputMetadata.map(infoOf),
      outputs: session.outputMetadata.map(infoOf),
      plan: null,
    };
  }

  async #run({ feeds, fetches }: RunRequest): Promise<Record<string, Tensor>> {
    if (this.#open === null) throw new OneirosError('runtime', 'the session is closed');
    const { ort, session } = this.#open;
    const inputs = Object.entries(feeds).map(([name, feed]) => [name, toOrt(ort, name, feed)] as const);
    const outputs = await session
      .run(Object.fromEntries(inputs), fetches, { logSeverityLevel: 4 })
      .catch((error: unknown) => {
        throw runtimeError('the run failed', error);
      });
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, fromOrt(output)]));
  }
}

/** What is opened instead of the model: its gradient, if that is asked for. */
async function prepared(
  { model, gradient }: OpenRequest,
  { preparedModels }: Providers,
): Promise<PreparedModel | { readonly bytes: Uint8Array | string; readonly plan: null }> {
  if (gradient === null || typeof model === 'string') return { bytes: model, plan: null };
  const prepare = async () => {
    // Most sessions open a model as it is, and need none of this code.
    const { deriveGradient } = await import('./derive.js');
    return deriveGradient(model, gradient);
  };
  return preparedModels?.remember(model, { gradient }, prepare) ?? prepare();
}

/** The model in the forms that are fastest on a provider. */
async function loweredFor(
  provider: ProviderName,
  { model, lowering: forms, finiteFeeds }: Pick<OpenRequest, 'model' | 'lowering' | 'finiteFeeds'>,
): Promise<Uint8Array | string> {
  // Pages that compute on WebGPU need none of this code.
  if (typeof model === 'string' || provider === 'webgpu' || forms.length === 0) return model;
  const lowering = { forms, finiteInputs: finiteFeeds };
  const { loweredBytes } = await import('./lowered.js');
  return loweredBytes(model, provider, lowering);
}

/** Frees a model's bytes, unless they are those of the given one: an idle worker does not collect garbage. */
function freeUnless(given: Uint8Array | string, model: Uint8Array | string): void {
  if (model !== given && typeof model !== 'string') free([model]);
}

function placedOn(
  provider: ProviderName,
  deviceId: number | null,
  onCpu: readonly string[],
): InferenceSession.ExecutionProviderConfig {
  return provider === 'webgpu' && onCpu.length > 0
    ? { name: provider, forceCpuNodeNames: onCpu }
    : executionProvider(provider, deviceId);
}

function toOrt(ort: Ort, name: string, { dtype, data, dims }: Tensor): OrtTensor {
  if (dtype === 'bfloat16')
    throw new OneirosError(
      'unsupported',
      `input "${name}" is bfloat16, which has no typed array in JavaScript`,
    );
  return new ort.Tensor(dtype, data, dims);
}

function fromOrt({ type, data, dims }: OrtTensor): Tensor {
  if (type === 'int4' || type === 'uint4')
    throw new OneirosError('unsupported', `an output is ${type}, which has no typed array in JavaScript`);
  if (type === 'string') return tensor(type, Array.from(data, String), dims);
  if (Array.isArray(data))
    throw new OneirosError('runtime', `ONNX Runtime returned ${type} as a list instead of a typed array`);
  // Newer JavaScript engines return float16 as a Float16Array, which has the same bits.
  return numericTensor(type, data.buffer, dims, data.byteOffset);
}

function infoOf(value: InferenceSession.ValueMetadata): TensorInfo {
  // ONNX Runtime passes tensors as properties of plain objects, which cannot have an ordinary property of this name.
  if (value.name === '__proto__')
    throw new OneirosError('unsupported', 'an input or output is named "__proto__": give it another name');
  if (!value.isTensor)
    throw new OneirosError(
      'unsupported',
      `"${value.name}" is a sequence, map or optional; only tensors are supported`,
    );
  if (value.type === 'int4' || value.type === 'uint4')
    throw new OneirosError(
      'unsupported',
      `"${value.name}" is ${value.type}, which has no typed array in JavaScript`,
    );
  return { name: value.name, dtype: value.type, dims: value.shape.map((dim) => (dim === '' ? '?' : dim)) };
}
