import { platform } from '#runtime';
import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { connectSession } from './host/remote-session.js';
import { maxThreads, sessionKinds } from './options.js';
import type { GradientRequest } from './protocol/messages.js';
import type { ProviderStatus, Session, SessionOptions } from './types.js';

/**
 * Makes a model ready to run.
 * @param model the bytes of an ONNX file, or where it lies: a path in Node (the only form for a model with external
 *   data), a URL in browsers
 * @throws OneirosError `not-found`, `bad-input` for a malformed model, `unsupported` for an operator or a provider that
 *   is not there, `bad-argument`
 */
export async function openSession(
  model: Uint8Array | { readonly path: string },
  options: SessionOptions = {},
): Promise<Session> {
  check('openSession', { model: [model, kind.sessionModel] }, options, sessionKinds);
  return openLocated(model, null, options);
}

/** Opens a model, or its gradient, that is at hand as bytes or at a place. */
export async function openLocated(
  model: Uint8Array | { readonly path: string },
  gradient: GradientRequest | null,
  options: SessionOptions,
): Promise<Session> {
  const { provider = 'auto', isolation = 'thread', threads, assets, transfer = false, signal } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads))
    throw new OneirosError(
      'bad-argument',
      `threads must be a whole number from 1 to ${maxThreads}, not ${threads}`,
    );
  signal?.throwIfAborted();
  const located = await platform.locate(model);
  signal?.throwIfAborted();
  const channel = platform.connect(isolation, assets);
  const request = { kind: 'open', model: located, gradient, provider, threads: threads ?? null } as const;
  // Bytes that were read for this session alone are nobody else's.
  return connectSession(channel, request, transfer || located !== model, signal);
}

/** Every provider this build of ONNX Runtime knows, the fastest first, each tried on a tiny model. */
export async function listProviders(
  options: Pick<SessionOptions, 'assets'> = {},
): Promise<readonly ProviderStatus[]> {
  check('listProviders', {}, options, { assets: kind.text });
  const { assets } = options;
  const channel = platform.connect('thread', assets);
  try {
    const reply = await channel.ask({ kind: 'providers' }, false);
    if (reply.kind === 'failed') throw new OneirosError(reply.code, reply.message);
    return reply.kind === 'providers' ? reply.providers : [];
  } finally {
    await channel.close();
  }
}
