import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { connectSession } from '../../lib/runtime/host/remote-session.js';
import { engineEntry } from '../../lib/runtime/node/platform.js';
import { ProcessChannel } from '../../lib/runtime/node/process-channel.js';
import type { Reply, Request } from '../../lib/runtime/protocol/messages.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { endlessModel } from './models.js';

const feeds = () => ({ x: float32([1], [1]) });

describe('a session in a child process', () => {
  it('is ended by an abort during a run, and later runs fail with an error that states it', async () => {
    await using session = await openSession(endlessModel(), { isolation: 'process' });
    const stop = new AbortController();
    const reason = new Error('enough');
    const run = session.run(feeds(), { signal: stop.signal }).catch((e: unknown) => e);
    await new Promise(setImmediate);
    stop.abort(reason);
    expect(await run).to.equal(reason);
    const later: unknown = await session.run(feeds()).catch((e: unknown) => e);
    if (!(later instanceof OneirosError)) throw new Error(`expected a OneirosError, got ${String(later)}`);
    expect(later.code).to.equal('runtime');
    expect(later.message).to.equal(
      "an abort ended the session's process: open another session to run the model",
    );
  });

  it('reports a crash of native code as an error', async () => {
    const channel = new ProcessChannel<Request, Reply>(engineEntry);
    await using session = await connectSession(
      channel,
      {
        kind: 'open',
        model: endlessModel(),
        gradient: null,
        lowering: [],
        finiteFeeds: false,
        provider: 'cpu',
        deviceId: null,
        threads: null,
      },
      false,
      undefined,
    );
    const run = session.run(feeds()).catch((e: unknown) => e);
    await new Promise(setImmediate);
    process.kill(channel.pid ?? 0, 'SIGSEGV');
    const error = await run;
    if (!(error instanceof OneirosError)) throw new Error(`expected a OneirosError, got ${String(error)}`);
    expect(error.code).to.equal('runtime');
    expect(error.message).to.equal(
      "the session's process died of SIGSEGV: open another session to run the model",
    );
  });
});
