// A program for long-command-line.spec.ts: runs a session, optionally in a worker thread, and ignores further
//   arguments. long-command-line.ts thread|process|none main|worker sources|built [ignored …]
import { isMainThread, Worker } from 'node:worker_threads';

import { messageOf } from '../../lib/base/errors.js';
import * as sources from '../../lib/runtime/session.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { addModel } from '../runtime/models.js';

const [isolation, where, which] = process.argv.slice(2);

async function run(): Promise<void> {
  const built = (): Promise<typeof sources> =>
    import(new URL('../../dist/runtime/session.js', import.meta.url).href);
  const { openSession } = which === 'built' ? await built() : sources;
  await using session = await openSession(addModel(), {
    isolation: isolation === 'process' || isolation === 'none' ? isolation : 'thread',
  });
  const { z } = await session.run({ x: float32([1, 2, 3], [1, 3]), y: float32([10, 20, 30], [1, 3]) });
  console.log(String(z?.data));
}

if (isMainThread && where === 'worker')
  new Worker(new URL(import.meta.url), { argv: process.argv.slice(2, 5) });
else await run().catch((error: unknown) => console.log(messageOf(error)));
