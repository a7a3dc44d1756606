import type { ProviderName } from '../types.js';
import type { Ort } from '../worker/choose-provider.js';
import { Engine } from '../worker/engine.js';

/**
 * An engine on onnxruntime-web in the current thread. onnxruntime-web has two builds, 14 MB for wasm only and 27 MB for
 * WebGPU; each is loaded when a provider first needs it.
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
      // The model reader is small compared to the WebGPU build, and wasm does not need it.
      const { placeUnsupported } = await import('./webgpu-nodes-on-cpu.js');
      return placeUnsupported(model);
    },
    load: async (provider, threads) => {
      const ort = provider === 'webgpu' ? await loadWebgpu() : await import('onnxruntime-web/wasm');
      return configure(ort, assets, threads);
    },
  });
}

async function loadWebgpu(): Promise<Ort> {
  // Without a device, do not load the 27 MB.
  if ((await adapter()) === null) throw new Error('the browser offers no GPU');
  return import('onnxruntime-web/webgpu');
}

function configure(ort: Ort, assets: string | undefined, threads: number | null): Ort {
  const { wasm } = ort.env;
  if (assets !== undefined) wasm.wasmPaths = assets.endsWith('/') ? assets : `${assets}/`;
  // Several threads need shared memory, which browsers allow only in cross-origin isolated pages.
  if (!globalThis.crossOriginIsolated) wasm.numThreads = 1;
  else if (threads !== null) wasm.numThreads = threads;
  return ort;
}

/** Whether there is a hardware GPU; a software adapter is slower than wasm. */
async function hasGpu(): Promise<boolean> {
  const found = await adapter();
  return found !== null && !found.info.isFallbackAdapter;
}

/** The part of WebGPU that is used here; TypeScript's DOM library does not declare it yet. */
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
      return `${reason}; it needs a browser with WebGPU, a GPU that the browser supports, and a page from https or localhost`;
    case 'wasm':
      return reason;
    default:
      return 'it is for Node; in browsers use webgpu or wasm';
  }
}
