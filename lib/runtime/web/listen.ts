import type { Service } from '../worker/service.js';

/** Answers requests from the page until the page terminates this worker. */
export function listen<Q, R extends { readonly kind: string }>(service: Service<Q, R>): void {
  self.addEventListener('message', ({ data }: MessageEvent<Q>) => {
    void service.answer(data).then((reply) => {
      service.after?.(data);
      if (reply === null) return;
      const { message, moved } = service.pack(reply);
      self.postMessage(message, { transfer: moved });
    });
  });
}
