import { OneirosError } from '../../base/errors.js';
import { type Context, notify } from './context.js';
import { selectProvider } from './providers.js';

/**
 * Handles a failure on the GPU. If the page chose the GPU, everything switches to WebAssembly. If the user chose it,
 * the sessions are opened again, because those of a lost GPU do not recover.
 * @returns whether to retry
 */
export async function fallBack(context: Context, error: unknown): Promise<boolean> {
  const { wanted, runs } = context.store.state.provider;
  if (runs !== 'webgpu' || !(error instanceof OneirosError)) return false;
  const isAutomatic = wanted === 'auto' && ['runtime', 'unsupported'].includes(error.code);
  if (isAutomatic) {
    await selectProvider(context, 'wasm');
    notify(context, 'This did not work on your graphics card, so it now runs on WebAssembly.');
  } else if (error.code === 'runtime') await selectProvider(context, wanted);
  return isAutomatic;
}

/** Does `work`, and again on WebAssembly if the GPU fails; `again` is called before the second try. */
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
