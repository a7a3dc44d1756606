// The worker's side of a session in a thread or a child process: an engine answers requests until it is told to close.
import { isMainThread } from 'node:worker_threads';

import type { Reply, Request } from '../protocol/messages.js';
import { free, packReply } from '../protocol/packing.js';
import { createEngine } from './engine.js';
import { listen } from './listen.js';
import { nativeCall } from './native-call-lock.js';

const engine = await createEngine();

listen<Request, Reply>(async (request) => {
  const reply = await nativeCall(() => engine.answer(request));
  // A model's bytes are as much again as its loaded weights, and an idle worker collects no garbage.
  if (!isMainThread && request.kind === 'open' && typeof request.model !== 'string') free([request.model]);
  return reply;
}, packReply);
