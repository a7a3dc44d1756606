import { OneirosError } from '../../base/errors.js';
import { type Context, tell } from './context.js';
import { selectProvider } from './providers.js';

/**
 * What to do when something failed on the GPU: if that was the page's own choice, everything goes over to WebAssembly; if
 * it was the user's, its sessions are opened anew, since those of a GPU that was lost stay useless.
 * @returns whether it is worth trying once more
 */
export async function fallBack(context: Context, error: unknown): Promise<boolean> {
  const { wanted, runs } = context.store.state.provider;
  if (runs !== 'webgpu' || !(error instanceof OneirosError)) return false;
  const isOurs = wanted === 'auto' && ['runtime', 'unsupported'].includes(error.code);
  if (isOurs) {
    await selectProvider(context, 'wasm');
    tell(context, 'This did not work on your graphics card, so it now runs on WebAssembly.');
  } else if (error.code === 'runtime') await selectProvider(context, wanted);
  return isOurs;
}

/** Does something, and once more on WebAssembly if the GPU failed it; `again` is called before that. */
export async function withFallback<T>(
  context: Context,
  again: () => void,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(await fallBack(context, error))) throw error;
    again();
    return await work();
  }
}
