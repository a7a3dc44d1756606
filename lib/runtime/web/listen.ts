import type { Packed } from '../protocol/packing.js';

/** Answers what comes from the page of this worker until the page ends it. */
export function listen<Q, R>(
  answer: (request: Q) => Promise<R | null>,
  pack: (reply: R) => Packed<R>,
): void {
  self.addEventListener('message', ({ data }: MessageEvent<Q>) => {
    void answer(data).then((reply) => {
      if (reply === null) return;
      const { message, moved } = pack(reply);
      self.postMessage(message, { transfer: moved });
    });
  });
}
