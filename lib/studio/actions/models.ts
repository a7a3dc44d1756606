import { messageOf } from '../../errors.js';
import type { NetworkKind, TaskId } from '../tasks.js';
import { tasks } from '../tasks.js';
import type { ModelInfo } from '../protocol.js';
import { shippedAmong, tasksOfKind } from '../shipped.js';
import { currentVersion, isBusy, modelFor, type ModelEntry, type State } from '../state.js';
import { complain, endPainting, tell, type Context } from './context.js';

/** Networks to choose from that the page's server has; each is fetched when it is first needed. */
export function offerShipped({ store }: Context, files: readonly string[], folder: string): void {
  const entries = shippedAmong(files).map(({ file, name, kind, tasks: uses }): ModelEntry => ({
    id: file,
    name,
    source: `${folder}${file}`,
    kinds: [kind],
    tasks: uses,
    info: null,
    loading: null,
  }));
  const models = [...store.state.models, ...entries];
  store.update({ models, chosen: withDefaults(store.state.chosen, models) });
}

/** A tab without a network gets the first that it can use. */
function withDefaults(chosen: State['chosen'], models: readonly ModelEntry[]): State['chosen'] {
  const pairs = Object.entries(chosen).map(([task, id]): [string, string | null] => [
    task,
    id ?? models.find((model) => model.tasks.some((use) => use === task))?.id ?? null,
  ]);
  return { ...chosen, ...Object.fromEntries(pairs) };
}

export function chooseModel(context: Context, task: TaskId, id: string): void {
  endPainting(context);
  context.store.update({ chosen: { ...context.store.state.chosen, [task]: id } });
}

let files = 0;

/** Takes a network or weights of the user's: for the tab that is open if it can be that, else for whatever it is. */
export async function addModelFile(context: Context, file: File): Promise<void> {
  const { store } = context;
  const { tab } = store.state;
  const wanted = tasks[tab].kind;
  const kinds: readonly NetworkKind[] = [
    wanted,
    ...(['features', 'detector', 'segmenter'] as const).filter((kind) => kind !== wanted),
  ];
  const id = `file-${++files}`;
  const entry: ModelEntry = {
    id,
    name: file.name,
    source: file,
    kinds,
    tasks: [],
    info: null,
    loading: null,
  };
  store.update({ models: [...store.state.models, entry] });
  tell(context, `Reading ${file.name} …`);
  try {
    const info = await loadEntry(context, entry);
    const uses = tasksOfKind(info.kind);
    change(context, id, { tasks: uses, kinds: [info.kind] });
    const [first = tab] = uses;
    const target = uses.includes(tab) ? tab : first;
    const taken = uses.filter((task) => task === target || store.state.chosen[task] === null);
    store.update({
      tab: target,
      chosen: { ...store.state.chosen, ...Object.fromEntries(taken.map((task) => [task, id])) },
    });
    tell(context, `${file.name} is ready.`);
  } catch (error) {
    store.update({ models: store.state.models.filter((model) => model.id !== id) });
    tell(context, `${file.name} cannot be used as a network: ${messageOf(error)}.`, 'error');
  }
}

/** The network that is chosen for a tab, loaded. @throws OneirosError as its loading does */
export async function readyModel(context: Context, task: TaskId): Promise<ModelInfo | null> {
  const entry = modelFor(context.store.state, task);
  return entry === null ? null : (entry.info ?? (await loadEntry(context, entry)));
}

const underWay = new Map<string, Promise<ModelInfo>>();

function loadEntry(context: Context, entry: ModelEntry): Promise<ModelInfo> {
  const { id } = entry;
  const before = underWay.get(id);
  if (before !== undefined) return before;
  const loading = load(context, entry).finally(() => underWay.delete(id));
  underWay.set(id, loading);
  return loading;
}

async function load(context: Context, { id, name, source, kinds }: ModelEntry): Promise<ModelInfo> {
  change(context, id, { loading: { done: 0, total: null } });
  try {
    const call = context.engine.call('load', { id, name, source, kinds }, (loading) =>
      change(context, id, { loading }),
    );
    const info = await call.answer;
    change(context, id, { info });
    return info;
  } finally {
    change(context, id, { loading: null });
  }
}

function change({ store }: Context, id: string, changes: Partial<ModelEntry>): void {
  store.update({
    models: store.state.models.map((model) => (model.id === id ? { ...model, ...changes } : model)),
  });
}

/** Shows what the layers make of the picture that is looked at, once nothing else is under way. */
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
    complain(context, error);
  }
}

/** Which network sees which picture; `null` where there is nothing to choose layers for. */
export function thumbnailsKey(state: State): string | null {
  const version = currentVersion(state);
  const model = modelFor(state, state.tab);
  if (version === null || model === null || tasks[state.tab].roles.length === 0) return null;
  return `${model.id} ${version.picture.id}`;
}
