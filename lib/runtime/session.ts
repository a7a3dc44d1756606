import { platform } from '#runtime';
import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { formNames } from '../onnx/lowering/form-names.js';
import { connectSession, type PlannedSession } from './host/remote-session.js';
import { deviceProviders, maxThreads, sessionKinds } from './options.js';
import type { GradientRequest } from './protocol/messages.js';
import type { ProviderName, ProviderStatus, Session, SessionOptions } from './types.js';

/**
 * Opens a session that runs a model.
 * @param model the bytes of an ONNX file, or its location: a path in Node (required for a model with external data), a
 *   URL in browsers
 * @throws OneirosError `not-found` if there is no such file, `bad-input` for a malformed model, `unsupported` for an
 *   operator or a provider that is not available, `bad-argument` for invalid options; the signal's reason after an
 *   abort
 */
export async function openSession(
  model: Uint8Array | { readonly path: string },
  options: SessionOptions = {},
): Promise<Session> {
  check('openSession', { model: [model, kind.sessionModel] }, options, sessionKinds);
  return openLocated(model, null, options);
}

/**
 * Opens a session on a model, given by its bytes or its location, or on its gradient. Does not check argument types.
 */
export async function openLocated(
  model: Uint8Array | { readonly path: string },
  gradient: GradientRequest | null,
  options: SessionOptions,
): Promise<PlannedSession> {
  const { provider = 'auto', deviceId, isolation = 'thread', threads, assets } = options;
  const { transfer = false, lowering = formNames, finiteFeeds = false, signal } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads))
    throw new OneirosError(
      'bad-argument',
      `threads must be a whole number from 1 to ${maxThreads}, not ${threads}`,
    );
  if (deviceId !== undefined) checkDevice(deviceId, provider);
  signal?.throwIfAborted();
  const located = await platform.locate(model);
  signal?.throwIfAborted();
  const channel = platform.connect(isolation, assets);
  const where = { provider, deviceId: deviceId ?? null, threads: threads ?? null };
  const request = { kind: 'open', model: located, gradient, lowering, finiteFeeds, ...where } as const;
  // Bytes that were read only for this session can always be transferred.
  return connectSession(channel, request, transfer || located !== model, signal);
}

/** Other providers would ignore the number, and compute elsewhere than the caller believes. */
function checkDevice(deviceId: number, provider: 'auto' | ProviderName): void {
  if (!(Number.isInteger(deviceId) && deviceId >= 0))
    throw new OneirosError('bad-argument', `deviceId must be a whole number of at least 0, not ${deviceId}`);
  if (provider === 'auto' || !deviceProviders.includes(provider))
    throw new OneirosError(
      'bad-argument',
      `deviceId chooses a GPU of the provider ${deviceProviders.join(' or ')}, but the provider is ${provider}: name one of them, or leave deviceId out`,
    );
}

/** Lists the providers in this build of ONNX Runtime, the fastest first. Tries each one on a tiny model. */
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
