import { fork } from 'node:child_process';

import { messageOf } from '../../base/errors.js';
import { PeerChannel } from '../host/message-channel.js';
import { atExit } from './exit-hooks.js';
import { withoutTelemetry } from './telemetry.js';
import { workerArgs } from './worker-url.js';

/** A child process, with its process id. */
export class ProcessChannel<Q extends object, R> extends PeerChannel<Q, R> {
  readonly pid: number | undefined;

  /** @param entry the file that the process begins with */
  constructor(entry: URL) {
    const child = fork(entry, {
      serialization: 'advanced',
      execArgv: workerArgs,
      env: { ...process.env, ...withoutTelemetry },
      // Its standard output would mix with the host's results; what native code prints when it crashes is worth seeing.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const kill = () => void child.kill('SIGKILL');
    super({
      kind: 'process',
      // What keeps a request from arriving ends the child as well, and its end says more.
      send: (request) => child.send(request, () => undefined),
      hold: (held) => {
        if (held) child.ref();
        else child.unref();
        if (held) child.channel?.ref();
        else child.channel?.unref();
      },
      kill,
      gone: atExit(kill),
    });
    this.pid = child.pid;
    child.on('message', (reply: R) => this.answered(reply));
    child.on('error', (error) => this.ended(`failed: ${messageOf(error)}`));
    child.on('exit', (code, signal) =>
      this.ended(signal === null ? `ended with code ${code ?? '?'}` : `died of ${signal}`),
    );
  }
}
