import type { Channel } from '../host/channel.js';
import { PeerChannel } from '../host/message-channel.js';
import type { CloseRequest } from '../protocol/messages.js';
import type { Packed } from '../protocol/packing.js';

interface WorkerSide<Q> {
  readonly pack: (request: Q | CloseRequest, transfer: boolean) => Packed<Q | CloseRequest>;
  /** Whether an abort ends the worker in the middle of a run. */
  readonly killable: boolean;
}

interface Reply {
  readonly kind: string;
}

/** A channel to a Web Worker. */
export function workerChannel<Q, R extends Reply>(
  worker: Worker,
  { pack, killable }: WorkerSide<Q>,
): Channel<Q, R> {
  const end = (how: string) => {
    worker.terminate();
    channel.ended(how);
  };
  const channel = new PeerChannel<Q, R>({
    kind: 'worker',
    send: (request, transfer) => {
      const { message, moved } = pack(request, transfer);
      worker.postMessage(message, moved);
    },
    hold: () => undefined,
    ...(killable && { kill: () => end('was ended') }),
    gone: () => undefined,
  });
  worker.addEventListener('message', ({ data: reply }: MessageEvent<R>) => {
    channel.answered(reply);
    if (reply.kind === 'closed') end('is closed');
  });
  worker.addEventListener('error', ({ message }) =>
    end(`failed: ${message || 'its script could not be loaded'}`),
  );
  worker.addEventListener('messageerror', () => end('sent an unreadable message'));
  return channel;
}
