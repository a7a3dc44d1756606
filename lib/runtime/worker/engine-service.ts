import type { Reply, Request } from '../protocol/messages.js';
import { free, packReply } from '../protocol/packing.js';
import type { Engine } from './engine.js';
import type { Service } from './service.js';

/** Adapts an engine to the interface of a worker. @param guard wraps each call of native code */
export function engineService(
  engine: Promise<Engine>,
  guard: (call: () => Promise<Reply>) => Promise<Reply> = (call) => call(),
): Service<Request, Reply> {
  return {
    async answer(request) {
      const ready = await engine;
      return guard(() => ready.answer(request));
    },
    pack: packReply,
    after(request) {
      // A model's bytes take as much memory again as its loaded weights, and an idle worker does not collect garbage.
      if (request.kind === 'open' && typeof request.model !== 'string') free([request.model]);
    },
  };
}
