import { float32, openSession } from '../../../lib/api/runtime.js';
import { file, norm } from './files.js';
import type { PageCase, PageContender } from './main.js';

/** The gradient graph on ONNX Runtime's WebAssembly, in its usual worker. */
export async function openGradient({ size, threads }: PageCase): Promise<PageContender> {
  const model = new Uint8Array(await file('gradient.onnx'));
  const session = await openSession(model, { provider: 'wasm', threads });
  const image = float32(new Float32Array(await file(`picture-${size}.f32`)), [1, 3, size, size]);
  return {
    async run() {
      const start = performance.now();
      const { loss, d_image: gradient } = await session.run({ image });
      const milliseconds = performance.now() - start;
      if (loss?.dtype !== 'float32' || gradient?.dtype !== 'float32') throw new Error('unexpected results');
      return [milliseconds, loss.data[0] ?? NaN, norm(gradient.data)];
    },
    dispose: () => session.dispose(),
  };
}
