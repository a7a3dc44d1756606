import * as v from 'valibot';

import { readJson } from '../base/schema.js';
import type { Context } from './actions/context.js';
import { WorkerEngine } from './actions/engine.js';
import { offerShipped } from './actions/models.js';
import { offerKept } from './actions/own-models.js';
import { selectProvider } from './actions/providers.js';
import { keepOffline } from './offline.js';
import { browserModelStore } from './state/model-store.js';
import { initialState } from './state/state.js';
import { Store } from './state/store.js';
import { isTaskId, type TaskId } from './state/tasks.js';
import { buildPage } from './view/page.js';
import { restoreTheme } from './view/theme.js';

/** The models (files in models/) and samples that the page's server offers. The build of the page writes this list. */
const offersSchema = v.object({
  models: v.array(v.string()),
  samples: v.array(
    v.object({
      name: v.string(),
      url: v.string(),
      for: v.nullable(v.custom<TaskId>(isTaskId)),
      model: v.nullable(v.string()),
    }),
  ),
});
type Offers = v.InferOutput<typeof offersSchema>;

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
    return readJson(offersSchema, await response.text()) ?? nothing;
  } catch {
    return nothing;
  }
}
