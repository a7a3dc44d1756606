import { Worker } from 'node:worker_threads';

import { messageOf } from '../../base/errors.js';
import type { Channel } from '../host/channel.js';
import { PeerChannel } from '../host/message-channel.js';
import type { Reply } from '../protocol/messages.js';
import { packRequest } from '../protocol/packing.js';
import { atExit } from './exit-hooks.js';
import { Gate } from './native-call-lock.js';
import { workerArgs, workerUrl } from './worker-url.js';

/** An engine in a worker thread. It cannot be killed: that would abort the host in the middle of a native call. */
export function threadChannel(): Channel {
  const gate = new Gate();
  const worker = new Worker(workerUrl, { workerData: gate.shared, execArgv: workerArgs });
  const called = atExit(() => gate.shut());
  const channel = new PeerChannel({
    kind: 'thread',
    send: (request, transfer) => {
      const { message, moved } = packRequest(request, transfer);
      worker.postMessage(message, moved);
    },
    hold: (held) => (held ? worker.ref() : worker.unref()),
    gone: called,
  });
  worker.on('message', (reply: Reply) => channel.answered(reply));
  worker.on('error', (error) => channel.ended(`failed: ${messageOf(error)}`));
  worker.on('exit', (code) => channel.ended(`ended with code ${code}`));
  return channel;
}
