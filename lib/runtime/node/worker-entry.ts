// The other end of a thread or process channel: answers requests with an engine until it is told to close.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import type { Reply, Request } from '../protocol/messages.js';
import { free, packReply } from '../protocol/packing.js';
import { createEngine } from './engine.js';
import { Gate } from './native-call-lock.js';

const engine = await createEngine();

if (parentPort !== null && workerData instanceof SharedArrayBuffer) {
  const port = parentPort;
  const gate = new Gate(workerData);
  port.on('message', (request: Request) => {
    void gate
      .pass(() => engine.answer(request))
      .then((reply) => {
        // A model's bytes are as much again as its loaded weights, and an idle worker collects no garbage.
        if (request.kind === 'open' && typeof request.model !== 'string') free([request.model]);
        const { message, moved } = packReply(reply);
        port.postMessage(message, moved);
        if (reply.kind === 'closed') port.close();
      });
  });
}
if (isMainThread && process.send !== undefined) {
  process.on('message', (request: Request) => {
    void engine.answer(request).then((reply: Reply) => {
      process.send?.(reply, () => {
        if (reply.kind === 'closed') process.disconnect();
      });
    });
  });
  // Ctrl-C in a terminal goes to the children too, but it is the host that decides how to end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
}
