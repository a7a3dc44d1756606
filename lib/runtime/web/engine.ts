import type { ProviderName } from '../types.js';
import { Engine, type Ort } from '../worker/engine.js';

/**
 * An engine on onnxruntime-web, for the thread it is made in. Its code comes in two builds, of which each is loaded when a
 * provider first needs it: one of 14 MB for wasm alone, one of 27 MB for WebGPU.
 * @param assets see `SessionOptions.assets`
 */
export async function createEngine(assets: string | undefined): Promise<Engine> {
  const auto: readonly ProviderName[] = (await hasGpu()) ? ['webgpu', 'wasm'] : ['wasm'];
  return new Engine({
    built: ['webgpu', 'wasm'],
    auto,
    advice,
    place: async (provider, model) => {
      if (provider !== 'webgpu' || typeof model === 'string') return { model, onCpu: [] };
      // To read a model takes code that is small beside what WebGPU takes, and that wasm does without.
      const { placeLacking } = await import('./webgpu-workarounds.js');
      return placeLacking(model);
    },
    load: async (provider, threads) => {
      const ort = provider === 'webgpu' ? await loadWebgpu() : await import('onnxruntime-web/wasm');
      return configure(ort, assets, threads);
    },
  });
}

async function loadWebgpu(): Promise<Ort> {
  // Without a device the 27 MB would be in vain.
  if ((await adapter()) === null) throw new Error('the browser offers no GPU');
  return import('onnxruntime-web/webgpu');
}

function configure(ort: Ort, assets: string | undefined, threads: number | null): Ort {
  const { wasm } = ort.env;
  if (assets !== undefined) wasm.wasmPaths = assets.endsWith('/') ? assets : `${assets}/`;
  // Several threads share memory, which browsers allow in pages that are isolated from others alone.
  if (!globalThis.crossOriginIsolated) wasm.numThreads = 1;
  else if (threads !== null) wasm.numThreads = threads;
  return ort;
}

/** Whether there is a GPU worth having: one that the CPU pretends to be is slower than wasm. */
async function hasGpu(): Promise<boolean> {
  const found = await adapter();
  return found !== null && !found.info.isFallbackAdapter;
}

/** What is asked of WebGPU here; TypeScript's own declarations of browsers do not have it yet. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info: { readonly isFallbackAdapter?: boolean } } | null>;
}

async function adapter() {
  const { gpu }: { readonly userAgent: string; readonly gpu?: Gpu } = navigator;
  return (await gpu?.requestAdapter().catch(() => null)) ?? null;
}

function advice(provider: ProviderName, reason: string): string {
  switch (provider) {
    case 'webgpu':
      return `${reason}; it needs a browser with WebGPU, a GPU that it trusts, and a page from https or localhost`;
    case 'wasm':
      return reason;
    default:
      return 'it is for Node; in browsers use webgpu or wasm';
  }
}
