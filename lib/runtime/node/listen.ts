import { isMainThread, parentPort } from 'node:worker_threads';

import type { Service } from '../worker/service.js';

/** Answers what comes from the host of this thread or child process, until it is told to close. */
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
  // Ctrl-C in a terminal goes to the children too, but it is the host that decides how to end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
}
