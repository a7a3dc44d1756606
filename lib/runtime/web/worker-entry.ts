// The other end of a worker channel: answers requests with an engine until the page ends it.
import type { Request } from '../protocol/messages.js';
import { packReply } from '../protocol/packing.js';
import { createEngine } from './engine.js';
import { assetsOf } from './worker-name.js';

const engine = createEngine(assetsOf(self.name));

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void engine
    .then((ready) => ready.answer(data))
    .then((reply) => {
      const { message, moved } = packReply(reply);
      self.postMessage(message, { transfer: moved });
    });
});
