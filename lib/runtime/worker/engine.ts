import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';

import { OneirosError } from '../../base/errors.js';
import { numericTensor, type Tensor, tensor } from '../../tensor/tensor.js';
import type { OpenedReply, OpenRequest, Reply, Request, RunRequest } from '../protocol/messages.js';
import { runtimeError } from '../protocol/ort-errors.js';
import { free } from '../protocol/packing.js';
import type { ProviderName, TensorInfo } from '../types.js';
import { chooseProvider, listProviders, loadQuietly, type Ort, type Providers } from './choose-provider.js';

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

  async #load(request: OpenRequest): Promise<OpenedReply> {
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
    const { threads } = request;
    const model = await prepared(request, provider);
    const placed = await this.#providers.place?.(provider, model);
    const ort = await loadQuietly(this.#providers, provider, threads);
    const session = await ort.InferenceSession.create(placed?.model ?? model, {
      executionProviders: [withNodesOnCpu(provider, placed?.onCpu ?? [])],
      logSeverityLevel: 4,
      ...(threads === null ? {} : { intraOpNumThreads: threads }),
    })
      .catch((error: unknown) => {
        throw runtimeError('the model could not be loaded', error);
      })
      .finally(() => {
        // An idle worker does not collect garbage.
        if (model !== request.model && typeof model !== 'string') free([model]);
      });
    this.#open = { ort, session };
    return {
      kind: 'opened',
      provider,
      inputs: session.inputMetadata.map(infoOf),
      outputs: session.outputMetadata.map(infoOf),
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

/** What is opened instead of the model: its gradient if that is asked for, lowered for the provider. */
async function prepared(request: OpenRequest, provider: ProviderName): Promise<Uint8Array | string> {
  const { model, gradient, lowering: forms, finiteFeeds } = request;
  if (typeof model === 'string') return model;
  const lowering = { forms, finiteInputs: finiteFeeds };
  // In pages, sessions that open a model as it is need none of this code.
  if (gradient !== null) {
    const { gradientBytes } = await import('./derive.js');
    return gradientBytes(model, gradient, provider, lowering);
  }
  if (provider === 'webgpu' || forms.length === 0) return model;
  const { loweredBytes } = await import('./lowered.js');
  return loweredBytes(model, provider, lowering);
}

function withNodesOnCpu(provider: ProviderName, names: readonly string[]): ProviderName | WebGpuOptions {
  return provider === 'webgpu' && names.length > 0 ? { name: provider, forceCpuNodeNames: names } : provider;
}

type WebGpuOptions = InferenceSession.WebGpuExecutionProviderOption;

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
