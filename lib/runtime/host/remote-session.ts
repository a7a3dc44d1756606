import { check } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Tensor } from '../../tensor/tensor.js';
import { runKinds } from '../options.js';
import type { OpenedReply, OpenRequest, Reply, Request } from '../protocol/messages.js';
import { emptyHandedOver } from '../protocol/packing.js';
import type { ProviderName, RunOptions, Session, TensorInfo } from '../types.js';
import type { Channel } from './channel.js';
import { checkFeeds, checkFetches } from './feeds.js';
import { checkResults } from './results.js';

/** Opens a model at the other end of a channel, and closes the channel where that fails. */
export async function connectSession(
  channel: Channel,
  request: OpenRequest,
  transfer: boolean,
  signal: AbortSignal | undefined,
): Promise<Session> {
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
class ChannelSession implements Session {
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #channel: Channel;
  #queue: Promise<unknown> = Promise.resolve();
  #disposal: Promise<void> | null = null;

  constructor(channel: Channel, { provider, inputs, outputs }: OpenedReply) {
    this.#channel = channel;
    this.provider = provider;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    check('Session.run', { feeds: [feeds, kind.feeds] }, options, runKinds);
    const { fetches = this.outputs.map(({ name }) => name), transfer = false, signal } = options;
    if (this.#disposal !== null)
      throw new OneirosError('bad-argument', 'the session is disposed: open another to run the model');
    checkFetches(fetches, this.outputs);
    checkFeeds(feeds, this.inputs);
    return this.#inTurn(async () => {
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
    this.#disposal ??= this.#inTurn(() => this.#channel.close());
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Starts a task when all earlier ones are over, however they ended. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
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
    // Not every channel moves what is handed over.
    if (transfer) emptyHandedOver(request);
    // An abort goes before whatever came of the request: its results, or the error of the kill.
    signal?.throwIfAborted();
  }
}

function unexpected(reply: Reply): OneirosError {
  return new OneirosError('runtime', `the engine gave an answer out of turn: ${reply.kind}`);
}
