import { fork } from 'node:child_process';

import { messageOf } from '../../base/errors.js';
import { PeerChannel } from '../host/message-channel.js';
import { atExit } from './exit-hooks.js';
import { withoutTelemetry } from './telemetry.js';
import { workerArgs } from './worker-url.js';

/** A channel to a child process. */
export class ProcessChannel<Q extends object, R> extends PeerChannel<Q, R> {
  readonly pid: number | undefined;

  /** @param entry the file that the process starts with */
  constructor(entry: URL) {
    const child = fork(entry, {
      serialization: 'advanced',
      execArgv: workerArgs,
      env: { ...process.env, ...withoutTelemetry },
      // Standard output is ignored because it would mix with the host's results. Standard error shows what native code
      // prints when it crashes.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const kill = () => void child.kill('SIGKILL');
    super({
      kind: 'process',
      // A send fails only if the child ends, and the error for its end is more informative.
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
