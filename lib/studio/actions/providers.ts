import type { ProviderName } from '../../runtime/types.js';
import { type Context, endPainting, showError } from './context.js';

/** Chooses the provider that networks run on from now on. */
export async function selectProvider(context: Context, wanted: 'auto' | ProviderName): Promise<void> {
  const { store, engine } = context;
  endPainting(context);
  const before = store.state.provider;
  store.update({ provider: { wanted, runs: null } });
  try {
    const runs = await engine.call('selectProvider', { provider: wanted }).answer;
    store.update({ provider: { wanted, runs } });
  } catch (error) {
    store.update({ provider: before });
    showError(context, error);
  }
}
