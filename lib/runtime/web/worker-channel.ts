import type { Channel } from '../host/channel.js';
import { PeerChannel } from '../host/message-channel.js';
import type { Reply } from '../protocol/messages.js';
import { packRequest } from '../protocol/packing.js';
import { workerName } from './worker-name.js';

/**
 * An engine in a Web Worker of its own.
 * @param killable whether an abort ends the worker in the middle of a run
 */
export function workerChannel(assets: string | undefined, killable: boolean): Channel {
  // Bundlers look for exactly this expression.
  const worker = new Worker(new URL('./worker-entry.js', import.meta.url), {
    type: 'module',
    name: workerName(assets),
  });
  const end = (how: string) => {
    worker.terminate();
    channel.ended(how);
  };
  const channel = new PeerChannel({
    kind: 'worker',
    send: (request, transfer) => {
      const { message, moved } = packRequest(request, transfer);
      worker.postMessage(message, moved);
    },
    hold: () => undefined,
    ...(killable && { kill: () => end('was ended') }),
    gone: () => undefined,
  });
  worker.addEventListener('message', ({ data: reply }: MessageEvent<Reply>) => {
    channel.answered(reply);
    if (reply.kind === 'closed') end('is closed');
  });
  worker.addEventListener('error', ({ message }) =>
    end(`failed: ${message || 'its script could not be loaded'}`),
  );
  worker.addEventListener('messageerror', () => end('sent what cannot be read'));
  return channel;
}
