import type { ModelInfo } from '../state/protocol.js';
import { shippedAmong } from '../state/shipped.js';
import { currentVersion, isBusy, type ModelEntry, modelFor, type State } from '../state/state.js';
import { type TaskId, tasks } from '../state/tasks.js';
import { type Context, endPainting, showError } from './context.js';
import { fallBack } from './fallback.js';

/** Adds the networks that the page's server has to the choice. Each is fetched when it is first needed. */
export function offerShipped({ store }: Context, files: readonly string[], folder: string): void {
  const entries = shippedAmong(files).map(({ file, name, about, kind, tasks: uses }): ModelEntry => ({
    id: file,
    name,
    source: `${folder}${file}`,
    about,
    isOwn: false,
    kinds: [kind],
    tasks: uses,
    info: null,
    loading: null,
  }));
  setModels(store, [...store.state.models, ...entries]);
}

/** Changes the networks to choose from. A tab whose network is gone gets the first that it can use. */
export function setModels(store: Context['store'], models: readonly ModelEntry[]): void {
  store.update({ models, chosen: withDefaults(store.state.chosen, models) });
}

function withDefaults(chosen: State['chosen'], models: readonly ModelEntry[]): State['chosen'] {
  const pairs = Object.entries(chosen).map(([task, before]): [string, string | null] => {
    const isThere = models.some(({ id }) => id === before);
    const first = models.find((model) => model.tasks.some((use) => use === task));
    return [task, isThere ? before : (first?.id ?? null)];
  });
  return { ...chosen, ...Object.fromEntries(pairs) };
}

export function chooseModel(context: Context, task: TaskId, id: string): void {
  const { store } = context;
  const { chosen, analysis } = store.state;
  endPainting(context);
  // The results of the tab's former network are no longer shown.
  const isOfOtherTab = analysis !== null && analysis.seen.kind !== task;
  store.update({ chosen: { ...chosen, [task]: id }, analysis: isOfOtherTab ? analysis : null });
}

/** Loads the network that is chosen for a tab, unless it is loaded. @throws OneirosError if loading fails */
export async function readyModel(context: Context, task: TaskId): Promise<ModelInfo | null> {
  const entry = modelFor(context.store.state, task);
  return entry === null ? null : (entry.info ?? (await loadEntry(context, entry)));
}

const loads = new Map<string, Promise<ModelInfo>>();

export function loadEntry(context: Context, entry: ModelEntry): Promise<ModelInfo> {
  const { id } = entry;
  const before = loads.get(id);
  if (before !== undefined) return before;
  const loading = load(context, entry).finally(() => loads.delete(id));
  loads.set(id, loading);
  return loading;
}

async function load(context: Context, { id, name, source, kinds }: ModelEntry): Promise<ModelInfo> {
  changeModel(context, id, { loading: { done: 0, total: null } });
  try {
    const call = context.engine.call('load', { id, name, source, kinds }, (loading) =>
      changeModel(context, id, { loading }),
    );
    const info = await call.answer;
    changeModel(context, id, { info });
    return info;
  } finally {
    changeModel(context, id, { loading: null });
  }
}

export function changeModel({ store }: Context, id: string, changes: Partial<ModelEntry>): void {
  store.update({
    models: store.state.models.map((model) => (model.id === id ? { ...model, ...changes } : model)),
  });
}

/** Shows the layers' activations for the current picture, if nothing is running. */
export async function refreshThumbnails(context: Context): Promise<void> {
  const { store, engine } = context;
  const { state } = store;
  const key = thumbnailsKey(state);
  if (key === null || state.thumbnails?.key === key || isBusy(state)) return;
  const version = currentVersion(state);
  try {
    const info = await readyModel(context, state.tab);
    if (version === null || info === null || thumbnailsKey(store.state) !== key) return;
    const list = await engine.call('thumbnails', { model: info.id, picture: version.picture.id }).answer;
    if (thumbnailsKey(store.state) === key) store.update({ thumbnails: { key, list } });
  } catch (error) {
    // After a fallback, the change of provider asks for them again.
    if (!(await fallBack(context, error))) showError(context, error);
  }
}

/** Identifies a network and a picture; `null` if the tab has no layers to choose, or no network or picture. */
export function thumbnailsKey(state: State): string | null {
  const version = currentVersion(state);
  const model = modelFor(state, state.tab);
  if (version === null || model === null || tasks[state.tab].roles.length === 0) return null;
  return `${model.id} ${version.picture.id}`;
}
