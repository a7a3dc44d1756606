import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { SerialQueue } from '../../base/serial-queue.js';
import type { MemoryPlan } from '../../onnx/memory-plan.js';
import type { Tensor } from '../../tensor/tensor.js';
import { runKinds } from '../options.js';
import type { OpenedReply, OpenRequest, Reply, Request } from '../protocol/messages.js';
import { emptyHandedOver } from '../protocol/packing.js';
import type { ProviderName, RunOptions, Session, TensorInfo } from '../types.js';
import type { Channel } from './channel.js';
import { checkFeeds, checkFetches } from './feeds.js';
import { checkResults } from './results.js';

/** A session that may tell the memory of its runs. */
export interface PlannedSession extends Session {
  /** `null` unless the request asked for it. */
  readonly plan: MemoryPlan | null;
}

/** Opens a model at the other end of a channel; closes the channel if that fails. */
export async function connectSession(
  channel: Channel,
  request: OpenRequest,
  transfer: boolean,
  signal: AbortSignal | undefined,
): Promise<PlannedSession> {
  try {
    const reply = await ask(channel, request, transfer, signal);
    if (reply.kind !== 'opened') throw unexpected(reply);
    return new ChannelSession(channel, reply);
  } catch (error) {
    await channel.close();
    throw error;
  }
}

/** A session whose engine is at the other end of a channel. */
class ChannelSession implements PlannedSession {
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly plan: MemoryPlan | null;
  readonly #channel: Channel;
  readonly #queue = new SerialQueue();
  #disposal: Promise<void> | null = null;

  constructor(channel: Channel, { provider, inputs, outputs, plan }: OpenedReply) {
    this.#channel = channel;
    this.provider = provider;
    this.inputs = inputs;
    this.outputs = outputs;
    this.plan = plan;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    check('Session.run', { feeds: [feeds, kind.feeds] }, options, runKinds);
    const { fetches = this.outputs.map(({ name }) => name), transfer = false, signal } = options;
    if (this.#disposal !== null)
      throw new OneirosError('bad-argument', 'the session is disposed: open another one to run the model');
    checkFetches(fetches, this.outputs);
    checkFeeds(feeds, this.inputs);
    return this.#queue.add(async () => {
      const reply = await ask(this.#channel, { kind: 'run', feeds, fetches }, transfer, signal);
      if (reply.kind !== 'ran') throw unexpected(reply);
      checkResults(reply.results, this);
      return reply.results;
    });
  }

  get closed(): boolean {
    return this.#disposal !== null || this.#channel.isGone;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#queue.add(() => this.#channel.close());
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

async function ask(
  channel: Channel,
  request: Request,
  transfer: boolean,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  signal?.throwIfAborted();
  const kill = () => channel.kill?.();
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const reply = await channel.ask(request, transfer);
    if (reply.kind === 'failed') throw new OneirosError(reply.code, reply.message);
    return reply;
  } finally {
    signal?.removeEventListener('abort', kill);
    // Some channels copy buffers even if `transfer` is set.
    if (transfer) emptyHandedOver(request);
    // An abort takes precedence over the request's results and over the error of the kill.
    signal?.throwIfAborted();
  }
}

function unexpected(reply: Reply): OneirosError {
  return new OneirosError('runtime', `unexpected reply from the engine: ${reply.kind}`);
}
