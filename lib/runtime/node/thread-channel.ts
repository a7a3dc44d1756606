import { Worker } from 'node:worker_threads';

import { messageOf } from '../../base/errors.js';
import type { Channel } from '../host/channel.js';
import { PeerChannel } from '../host/message-channel.js';
import type { CloseRequest } from '../protocol/messages.js';
import type { Packed } from '../protocol/packing.js';
import { atExit } from './exit-hooks.js';
import { Gate, gateData } from './native-call-lock.js';
import { disableTelemetry } from './telemetry.js';
import { workerArgs } from './worker-url.js';

/**
 * A channel to a worker thread. It has no `kill`: terminating the thread during a native call would abort the host.
 * @param entry the file that the thread starts with
 */
export function threadChannel<Q, R>(
  entry: URL,
  pack: (request: Q | CloseRequest, transfer: boolean) => Packed<Q | CloseRequest>,
): Channel<Q, R> {
  disableTelemetry();
  const gate = new Gate();
  const worker = new Worker(entry, { workerData: gateData(gate), execArgv: workerArgs });
  const called = atExit(() => gate.shut());
  const channel = new PeerChannel<Q, R>({
    kind: 'thread',
    send: (request, transfer) => {
      const { message, moved } = pack(request, transfer);
      worker.postMessage(message, moved);
    },
    hold: (held) => (held ? worker.ref() : worker.unref()),
    gone: called,
  });
  worker.on('message', (reply: R) => channel.answered(reply));
  worker.on('error', (error) => channel.ended(`failed: ${messageOf(error)}`));
  worker.on('exit', (code) => channel.ended(`ended with code ${code}`));
  // Listening for messages made the worker keep the host process alive again.
  worker.unref();
  return channel;
}
