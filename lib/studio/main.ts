import type { Context } from './actions/context.js';
import { WorkerEngine } from './actions/engine.js';
import { offerShipped } from './actions/models.js';
import { offerKept } from './actions/own-models.js';
import { selectProvider } from './actions/providers.js';
import { keepOffline } from './offline.js';
import { browserModelStore } from './state/model-store.js';
import type { Sample } from './state/samples.js';
import { initialState } from './state/state.js';
import { Store } from './state/store.js';
import { buildPage } from './view/page.js';
import { restoreTheme } from './view/theme.js';

/** What the page's server offers: it is written when the page is built. */
interface Offers {
  /** Files in models/. */
  readonly models: readonly string[];
  readonly samples: readonly Sample[];
}

restoreTheme();
const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
const context: Context = {
  store: new Store(initialState()),
  engine: new WorkerEngine(worker),
  modelStore: browserModelStore,
  painting: null,
};
const { models, samples } = await offers();
offerShipped(context, models, new URL('models/', document.baseURI).href);
await offerKept(context);
const root = document.getElementById('studio');
if (root !== null) buildPage(context, root, samples);
void selectProvider(context, 'auto');
keepOffline(context.store);

async function offers(): Promise<Offers> {
  const nothing: Offers = { models: [], samples: [] };
  try {
    const response = await fetch('offers.json');
    return { ...nothing, ...(await readJson<Offers>(response)) };
  } catch {
    return nothing;
  }
}

/** The page's own file: not checked further. */
function readJson<T>(response: Response): Promise<T> {
  return response.json();
}
