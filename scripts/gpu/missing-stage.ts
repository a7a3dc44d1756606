// The check of `npm run gpu:verify` that hides all GPUs (CUDA_VISIBLE_DEVICES=-1): naming the provider must then fail
// with an error that says what to do, and `auto` must take the CPU.
import { OneirosError } from '../../lib/base/errors.js';
import { openSession } from '../../lib/runtime/session.js';
import { probeModel } from '../../lib/runtime/worker/probe.js';
import { check } from './check.js';

await check('an error without a GPU', async () => {
  const error: unknown = await openSession(probeModel(), { provider: 'cuda' }).then(
    () => null,
    (reason: unknown) => reason,
  );
  const isClear =
    error instanceof OneirosError && error.code === 'unsupported' && !error.message.includes('\n');
  return { passed: isClear, detail: error instanceof Error ? error.message : 'it was accepted' };
});

await check('auto takes the CPU without a GPU', async () => {
  await using session = await openSession(probeModel());
  return { passed: session.provider === 'cpu', detail: session.provider };
});
