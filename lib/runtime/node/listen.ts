import { isMainThread, parentPort } from 'node:worker_threads';

import type { Service } from '../worker/service.js';

/** Answers requests from the host of this thread or child process until a close request. */
export function listen<Q, R extends { readonly kind: string }>(service: Service<Q, R>): void {
  const port = parentPort;
  port?.on('message', (request: Q) => {
    void service.answer(request).then((reply) => {
      service.after?.(request);
      if (reply === null) return;
      const { message, moved } = service.pack(reply);
      port.postMessage(message, moved);
      if (reply.kind === 'closed') port.close();
    });
  });
  if (!isMainThread || process.send === undefined) return;
  process.on('message', (request: Q) => {
    void service.answer(request).then((reply) => {
      service.after?.(request);
      if (reply === null) return;
      process.send?.(reply, () => {
        if (reply.kind === 'closed') process.disconnect();
      });
    });
  });
  // A terminal sends Ctrl-C to child processes too, but the host decides how to end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
}
