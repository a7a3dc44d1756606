// The checks of `npm run gpu:verify` that compare with the CPU. The process has NVIDIA_TF32_OVERRIDE=0: without it, GPUs
// round the factors of convolutions to 10 bits, and results differ by about as much as the tolerance.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { messageOf } from '../../lib/base/errors.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { openSession } from '../../lib/runtime/session.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { check, relativeError } from './check.js';
import { memoryInUse } from './nvidia.js';
import { stageSettings } from './stage.js';
import { tasks } from './tasks.js';

const { device, indices, tolerance } = stageSettings();

const works = await check('the provider cuda works', async () => {
  await using session = await openSession(productModel(), { provider: 'cuda', deviceId: device });
  return { passed: session.provider === 'cuda', detail: session.provider };
});
// Everything else would fail for the same reason.
if (!works) process.exit();

await check('auto takes cuda', async () => {
  await using session = await openSession(productModel());
  return { passed: session.provider === 'cuda', detail: session.provider };
});

for (const [deviceId, index] of indices.entries())
  await check(`deviceId ${deviceId}`, async () => {
    const before = memoryInUse(index);
    await using session = await openSession(productModel(), { provider: 'cuda', deviceId });
    const { y } = await session.run({ x: float32([1, 2, 3], [3]) });
    const more = memoryInUse(index) - before;
    const isRight = y?.dtype === 'float32' && relativeError(y.data, [1, 4, 9]) === 0;
    return { passed: isRight && more > 0, detail: `${more} MB more in use on this GPU` };
  });

await check('an error for a GPU that does not exist', async () => {
  const error = await openSession(productModel(), { provider: 'cuda', deviceId: indices.length }).then(
    () => null,
    (reason: unknown) => messageOf(reason),
  );
  return { passed: error !== null, detail: error ?? 'it was accepted' };
});

const folder = await mkdtemp(join(tmpdir(), 'oneiros-gpu-'));
try {
  for (const [name, task] of Object.entries(tasks))
    await check(`${name}: difference from the CPU`, async () => {
      const expected = await task({ provider: 'cpu' }, folder);
      const error = relativeError(await task({ provider: 'cuda', deviceId: device }, folder), expected);
      return { passed: error <= tolerance, detail: error.toExponential(1) };
    });
} finally {
  await rm(folder, { recursive: true });
}

/** y = x · x */
function productModel(): Uint8Array {
  const b = new Builder();
  const x = b.input('x', 'float32', ['n']);
  b.output(b.mul(x, x), 'y');
  return encodeModel(b.model());
}
