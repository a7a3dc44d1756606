import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { OneirosError } from '../../lib/errors.js';
import { connectSession } from '../../lib/runtime/client.js';
import { ProcessChannel } from '../../lib/runtime/node/process.js';
import { openSession } from '../../lib/runtime/session.js';
import { zeros } from '../../lib/tensor/tensor.js';
import { heavyModel } from './models.js';

// Some three seconds of work on little data.
const model = () => heavyModel(400);
const feeds = { x: zeros('float32', [1, 64, 128, 128]) };

describe('a session in a child process', () => {
  it('is stopped by an abort in the middle of a run, within 200 ms', async () => {
    await using session = await openSession(model(), { isolation: 'process' });
    const stop = new AbortController();
    const reason = new Error('enough');
    const run = session.run(feeds, { signal: stop.signal }).catch((e: unknown) => e);
    await wait(300);
    const start = performance.now();
    stop.abort(reason);
    expect(await run).to.equal(reason);
    expect(performance.now() - start).to.be.below(200);
    const later: unknown = await session.run(feeds).catch((e: unknown) => e);
    expect(later)
      .to.be.instanceOf(OneirosError)
      .with.property('message')
      .that.matches(/SIGKILL; the session is closed$/);
  });

  it('turns a crash of native code into an error', async () => {
    const channel = new ProcessChannel();
    await using session = await connectSession(
      channel,
      { kind: 'open', model: model(), provider: 'cpu', threads: null },
      false,
      undefined,
    );
    const run = session.run(feeds).catch((e: unknown) => e);
    await wait(300);
    process.kill(channel.pid ?? 0, 'SIGSEGV');
    const error = await run;
    if (!(error instanceof OneirosError)) throw new Error(`expected a OneirosError, got ${String(error)}`);
    expect(error.code).to.equal('runtime');
    expect(error.message).to.equal(`the runtime's process died of SIGSEGV; the session is closed`);
  });
});
