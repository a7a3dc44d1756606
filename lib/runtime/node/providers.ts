import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { messageOf, OneirosError } from '../../base/errors.js';
import type { ProviderName } from '../types.js';
import { Engine } from '../worker/engine.js';
import { guardNative } from './native-guard.js';
import { preparedModelFiles } from './prepared-models.js';

/**
 * An engine on onnxruntime-node.
 * @throws OneirosError `runtime` if its native library does not load
 */
export async function createEngine(): Promise<Engine> {
  const { default: ort } = await import('onnxruntime-node').catch((error: unknown) => {
    throw new OneirosError(
      'runtime',
      `onnxruntime-node has no working library for ${process.platform}/${process.arch}: ${messageOf(error)}`,
    );
  });
  const names = new Set(ort.listSupportedBackends().map(({ name }) => name));
  const known: readonly ProviderName[] = ['cuda', 'coreml', 'dml', 'webgpu', 'cpu'];
  const built = known.filter((name) => names.has(name));
  return new Engine({
    built,
    auto,
    advice,
    load: () => Promise.resolve(ort),
    preparedModels: preparedModelFiles(),
    place: async (_, model) => ({ model: await guardNative(model), onCpu: [] }),
  });
}

// coreml, dml and webgpu lack kernels that gradients need and are less precise, so they must be chosen by name.
const auto: readonly ProviderName[] = ['cuda', 'cpu'];

function advice(provider: ProviderName, reason: string): string {
  switch (provider) {
    case 'cuda':
      if (process.platform !== 'linux' || process.arch !== 'x64')
        return 'onnxruntime-node supports CUDA only on Linux x64';
      return hasCudaLibraries()
        ? `its libraries are installed, but ${reason}; it needs an NVIDIA GPU and driver, CUDA 12 and cuDNN 9 on the library path`
        : 'its libraries are not installed; install them with `npm run setup:cuda`, or outside a checkout with `node node_modules/onnxruntime-node/script/install --onnxruntime-node-install`';
    case 'wasm':
      return 'it is for browsers; in Node use cpu';
    case 'coreml':
      return `it is for macOS; ${reason}`;
    case 'dml':
      return `it is for Windows; ${reason}`;
    case 'webgpu':
      return `it needs a GPU with a Vulkan, Metal or Direct3D 12 driver; ${reason}`;
    case 'cpu':
      return reason;
  }
}

function hasCudaLibraries(): boolean {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  return existsSync(join(root, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'));
}
