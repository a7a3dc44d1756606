// A program for host.spec.ts: opens a session, does what its argument states, and ends without disposing the session.
//   host.ts idle|unawaited|exit|throw thread|process sources|built
import * as sources from '../../lib/runtime/session.js';
import { zeros } from '../../lib/tensor/tensor.js';
import { heavyModel } from '../runtime/models.js';

const [mode, isolation, which] = process.argv.slice(2);
const built = (): Promise<typeof sources> =>
  import(new URL('../../dist/runtime/session.js', import.meta.url).href);
const { openSession } = which === 'built' ? await built() : sources;

const session = await openSession(heavyModel(), {
  isolation: isolation === 'process' ? 'process' : 'thread',
});
await session.run({ x: zeros('float32', [1, 64, 8, 8]) });
if (mode !== 'idle')
  void session
    .run({ x: zeros('float32', [1, 64, 256, 256]) })
    .then(() => console.log('the run was finished'));
if (mode === 'exit') setTimeout(() => process.exit(3), 100);
if (mode === 'throw')
  setTimeout(() => {
    throw new Error('the host failed');
  }, 100);
